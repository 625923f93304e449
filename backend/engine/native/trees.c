/* Adds up the leaves that rows reach in decision trees. Called by trees.py with arrays that
 * ensemble.py has checked: nothing is checked again here.
 *
 * Which way a row goes at a node is a guess that processors get wrong every other time. So nothing branches on it: the
 * outcome of the comparison picks the next node out of a pair, and eight walks go on by turns, so that while one waits
 * for its node the others compare. Processors with AVX-512 take 64 walks at once, where that is faster; see
 * trees_wide.c. */

#define _POSIX_C_SOURCE 200809L

#include "trees.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

enum { VERSION = 4, WALKS = 8 };

/* Of what all functions of the library take; as in library.py. */
int modelport_kernel_version(void) { return VERSION; }

/* Walk down eight trees, or one tree with eight rows; leaves ~leaf at each place. */
static inline void walk(const Node *nodes, int32_t at[WALKS], const double *const rows[WALKS], int has_gaps) {
    int goes_on;
    do {
        goes_on = 0;
        for (int i = 0; i < WALKS; i++) {
            const int32_t here = at[i];
            const Node *node = nodes + (here < 0 ? 0 : here);
            const double number = rows[i][node->feature];
            uint32_t side = (uint32_t)(number > node->threshold);
            if (has_gaps) side |= node->gap & (uint32_t)(number != number);
            const int32_t next = node->child[side];
            at[i] = here < 0 ? here : next;
            goes_on |= at[i] >= 0;
        }
    } while (goes_on);
}

static int begin(int32_t at[WALKS], const double *rows[WALKS], int place, int64_t root, const double *row) {
    at[place] = (int32_t)root;
    rows[place] = row;
    return root >= 0;
}

/* One row through all trees, eight trees at a time; added in the order of the trees. */
static void ask_one(const Ensemble *ensemble, const double *row, double *sums) {
    for (size_t first = 0; first < ensemble->trees; first += WALKS) {
        const int count = ensemble->trees - first < WALKS ? (int)(ensemble->trees - first) : WALKS;
        int32_t at[WALKS];
        const double *rows[WALKS];
        int goes_on = 0;
        for (int i = 0; i < WALKS; i++)
            goes_on |= begin(at, rows, i, i < count ? ensemble->roots[first + i] : -1, row);
        if (goes_on) walk(ensemble->nodes, at, rows, 1);
        for (int i = 0; i < count; i++) add_leaf(ensemble, first + i, ~at[i], sums);
    }
}

/* Some rows through one tree after the other, eight rows at a time. */
static inline void ask_many(const Ensemble *ensemble, const double *numbers, size_t count, double *sums, int has_gaps) {
    for (size_t tree = 0; tree < ensemble->trees; tree++) {
        const int64_t root = ensemble->roots[tree];
        for (size_t first = 0; first < count; first += WALKS) {
            const int some = count - first < WALKS ? (int)(count - first) : WALKS;
            int32_t at[WALKS];
            const double *rows[WALKS];
            for (int i = 0; i < WALKS; i++)
                begin(at, rows, i, i < some ? root : -1, numbers + (first + (i < some ? i : 0)) * ensemble->columns);
            if (root >= 0) walk(ensemble->nodes, at, rows, has_gaps);
            for (int i = 0; i < some; i++) add_leaf(ensemble, tree, ~at[i], sums + (first + i) * ensemble->sums);
        }
    }
}

/* What a race between the two ways is run over: a whole tree, and rows that go all its ways. */
enum { RACES = 15, RACE_INNER = 1023, RACE_COLUMNS = 8, RACE_ROWS = 64 };

typedef struct {
    Node nodes[RACE_INNER];
    double values[RACE_INNER + 1], numbers[RACE_ROWS * RACE_COLUMNS], sums[RACE_ROWS];
} Track;

static void lay_out(Track *track) {
    uint64_t drawn = 1;
    for (int i = 0; i < RACE_INNER; i++) {
        drawn = drawn * UINT64_C(6364136223846793005) + 1442695040888963407;
        Node *node = track->nodes + i;
        node->threshold = (double)(drawn >> 40) / (1 << 24);
        node->feature = (uint32_t)(i % RACE_COLUMNS);
        for (int side = 0; side < 2; side++) {
            const int below = 2 * i + 1 + side;
            node->child[side] = below < RACE_INNER ? below : ~(below - RACE_INNER);
        }
    }
    for (int i = 0; i < RACE_ROWS * RACE_COLUMNS; i++) {
        drawn = drawn * UINT64_C(6364136223846793005) + 1442695040888963407;
        track->numbers[i] = (double)(drawn >> 40) / (1 << 24);
    }
}

static int64_t now_ns(void) {
    struct timespec moment;
    clock_gettime(CLOCK_MONOTONIC, &moment);
    return moment.tv_sec * INT64_C(1000000000) + moment.tv_nsec;
}

/* Some processors have the instructions and take longer with them: let both ways run, and see. Takes about 100 us. */
static int wide_wins(void) {
    Track *track = calloc(1, sizeof *track);
    if (track == NULL) return 0;
    lay_out(track);
    const int64_t roots[] = {0}, targets[] = {0};
    const double start[] = {0};
    const Ensemble ensemble = {track->nodes, roots, track->values, targets, start, 1, 1, 1, RACE_COLUMNS, 0, 1};
    int64_t least[2] = {INT64_MAX, INT64_MAX};
    for (int race = 0; race < 2 * RACES; race++) {
        const int is_wide = race % 2;
        const int64_t began = now_ns();
        if (is_wide)
            modelport_trees_many_wide(&ensemble, track->numbers, RACE_ROWS, track->sums, 0);
        else
            ask_many(&ensemble, track->numbers, RACE_ROWS, track->sums, 0);
        const int64_t took = now_ns() - began;
        if (took < least[is_wide]) least[is_wide] = took;
    }
    free(track);
    return least[1] < least[0];
}

/* Tell whether this processor is faster with 64 walks at once; found out once. */
static int goes_wide(void) {
    static atomic_int known = -1;
    int wins = atomic_load_explicit(&known, memory_order_relaxed);
    if (wins < 0) {
        wins = modelport_trees_are_wide() && wide_wins();
        atomic_store_explicit(&known, wins, memory_order_relaxed);
    }
    return wins;
}

static int have_gaps(const double *numbers, size_t count) {
    int found = 0;
    for (size_t i = 0; i < count; i++) found |= numbers[i] != numbers[i];
    return found;
}

/* Fill `sums`, shape (count, sums), for `numbers`, shape (count, columns). Gives -1 where there is no memory for it. */
int modelport_trees_sums(const Ensemble *ensemble, const double *numbers, size_t count, double *sums) {
    const size_t columns = ensemble->columns, block = count < BLOCK_ROWS ? count : BLOCK_ROWS;
    const int is_wide = ensemble->is_small && goes_wide();
    double *narrow = NULL;
    if (ensemble->is_narrow && (narrow = malloc((block ? block : 1) * columns * sizeof *narrow)) == NULL) return -1;
    for (size_t first = 0; first < count; first += block) {
        const size_t some = count - first < block ? count - first : block;
        const double *rows = numbers + first * columns;
        double *out = sums + first * ensemble->sums;
        if (narrow != NULL) {
            for (size_t i = 0; i < some * columns; i++) narrow[i] = (double)(float)rows[i];
            rows = narrow;
        }
        for (size_t i = 0; i < some * ensemble->sums; i++) out[i] = ensemble->start[i % ensemble->sums];
        if (is_wide && some < WALKS)
            for (size_t i = 0; i < some; i++) modelport_trees_one_wide(ensemble, rows + i * columns, out + i * ensemble->sums);
        else if (is_wide)
            modelport_trees_many_wide(ensemble, rows, some, out, have_gaps(rows, some * columns));
        else if (some < WALKS)
            for (size_t i = 0; i < some; i++) ask_one(ensemble, rows + i * columns, out + i * ensemble->sums);
        else if (have_gaps(rows, some * columns))
            ask_many(ensemble, rows, some, out, 1);
        else
            ask_many(ensemble, rows, some, out, 0); /* a sixth of the time less */
    }
    free(narrow);
    return 0;
}
