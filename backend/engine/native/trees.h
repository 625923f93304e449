/* Ensembles of decision trees, as trees.py lays them out; see trees.c. */

#include <stddef.h>
#include <stdint.h>

enum { BLOCK_ROWS = 1024 };

typedef struct {
    double threshold;
    int32_t child[2]; /* for numbers up to the threshold, and for those above it: an inner node, or ~leaf */
    uint32_t feature;
    uint32_t gap; /* which child NaN goes to, which is above no threshold */
} Node;

typedef struct {
    const Node *nodes;
    const int64_t *roots;   /* of each tree: an inner node, or ~leaf */
    const double *values;   /* of each leaf, `width` of them */
    const int64_t *targets; /* of each tree: the sum that the first value is added to */
    const double *start;    /* what each of the `sums` begins with */
    size_t trees, width, sums, columns;
    int64_t is_narrow; /* numbers are rounded to 32 bits before they are compared */
    int64_t is_small;  /* every place of a node's word, and of a number in a block of rows, fits into 31 bits */
} Ensemble;

/* Add what a leaf of a tree says to a row's sums. */
static inline void add_leaf(const Ensemble *ensemble, size_t tree, int32_t leaf, double *sums) {
    const double *values = ensemble->values + (size_t)leaf * ensemble->width;
    double *from = sums + ensemble->targets[tree];
    for (size_t i = 0; i < ensemble->width; i++) from[i] += values[i];
}

/* 64 walks at once, on processors that have instructions for it; the same leaves, added in the same order. */
int modelport_trees_are_wide(void);
void modelport_trees_one_wide(const Ensemble *ensemble, const double *row, double *sums);
void modelport_trees_many_wide(const Ensemble *ensemble, const double *numbers, size_t count, double *sums, int has_gaps);
