/* Walks down trees with AVX-512: eight walks a vector, each instruction for all of them, and eight vectors by turns, since
 * what a vector looks up takes long to come. Called by trees.c, where the processor has it. */

#include "trees.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>

#define WIDE __attribute__((target("avx512f,avx512vl,avx512dq")))

enum { LANES = 8, VECTORS = 8, WALKS = LANES * VECTORS, NODE_WORDS = sizeof(Node) / 8 };

int modelport_trees_are_wide(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
}

/* Walk until every place holds ~leaf. `rows` says where the row of each walk begins in `numbers`. */
WIDE static inline void walk(const Node *nodes, __m256i at[VECTORS], const __m256i rows[VECTORS], const double *numbers,
                             int has_gaps) {
    const __m512i nothing = _mm512_setzero_si512();
    const __m512d nought = _mm512_setzero_pd();
    int goes_on;
    do {
        goes_on = 0;
        for (int i = 0; i < VECTORS; i++) {
            const __mmask8 walking = _mm256_cmpge_epi32_mask(at[i], _mm256_setzero_si256());
            const __m256i word = _mm256_mullo_epi32(at[i], _mm256_set1_epi32(NODE_WORDS));
            const __m512d threshold = _mm512_mask_i32gather_pd(nought, walking, word, &nodes->threshold, 8);
            const __m512i children = _mm512_mask_i32gather_epi64(nothing, walking, word, nodes->child, 8);
            const __m512i place = _mm512_mask_i32gather_epi64(nothing, walking, word, &nodes->feature, 8);
            const __m256i number_at = _mm256_add_epi32(rows[i], _mm512_cvtepi64_epi32(place));
            const __m512d number = _mm512_mask_i32gather_pd(nought, walking, number_at, numbers, 8);
            __mmask8 is_above = _mm512_cmp_pd_mask(number, threshold, _CMP_GT_OQ);
            if (has_gaps)
                is_above |= _mm512_cmp_pd_mask(number, number, _CMP_UNORD_Q) &
                            _mm512_cmpgt_epu64_mask(place, _mm512_set1_epi64(UINT32_MAX)); /* `gap` is its upper half */
            const __m512i next = _mm512_mask_srli_epi64(children, is_above, children, 32);
            at[i] = _mm256_mask_mov_epi32(at[i], walking, _mm512_cvtepi64_epi32(next));
            goes_on |= walking;
        }
    } while (goes_on);
}

/* One row through all trees, 64 trees at a time. */
WIDE void modelport_trees_one_wide(const Ensemble *ensemble, const double *row, double *sums) {
    const __m256i rows[VECTORS] = {_mm256_setzero_si256()};
    for (size_t first = 0; first < ensemble->trees; first += WALKS) {
        const size_t some = ensemble->trees - first < WALKS ? ensemble->trees - first : WALKS;
        int32_t places[WALKS];
        __m256i at[VECTORS];
        for (size_t i = 0; i < WALKS; i++) places[i] = i < some ? (int32_t)ensemble->roots[first + i] : -1;
        for (int i = 0; i < VECTORS; i++) at[i] = _mm256_loadu_si256((const __m256i *)(places + i * LANES));
        walk(ensemble->nodes, at, rows, row, 1);
        for (int i = 0; i < VECTORS; i++) _mm256_storeu_si256((__m256i *)(places + i * LANES), at[i]);
        for (size_t i = 0; i < some; i++) add_leaf(ensemble, first + i, ~places[i], sums);
    }
}

/* Some rows through one tree after the other, 64 rows at a time. */
WIDE void modelport_trees_many_wide(const Ensemble *ensemble, const double *numbers, size_t count, double *sums,
                                    int has_gaps) {
    const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    const __m256i starts = _mm256_mullo_epi32(lanes, _mm256_set1_epi32((int32_t)ensemble->columns));
    for (size_t tree = 0; tree < ensemble->trees; tree++) {
        const __m256i root = _mm256_set1_epi32((int32_t)ensemble->roots[tree]);
        for (size_t first = 0; first < count; first += WALKS) {
            const size_t some = count - first < WALKS ? count - first : WALKS;
            int32_t places[WALKS];
            __m256i at[VECTORS], rows[VECTORS];
            for (int i = 0; i < VECTORS; i++) {
                const __m256i left = _mm256_set1_epi32((int32_t)some - i * LANES);
                at[i] = _mm256_mask_mov_epi32(_mm256_set1_epi32(-1), _mm256_cmpgt_epi32_mask(left, lanes), root);
                rows[i] = _mm256_add_epi32(starts, _mm256_set1_epi32((int32_t)((first + (size_t)i * LANES) * ensemble->columns)));
            }
            walk(ensemble->nodes, at, rows, numbers, has_gaps);
            for (int i = 0; i < VECTORS; i++) _mm256_storeu_si256((__m256i *)(places + i * LANES), at[i]);
            for (size_t i = 0; i < some; i++) add_leaf(ensemble, tree, ~places[i], sums + (first + i) * ensemble->sums);
        }
    }
}

#else

int modelport_trees_are_wide(void) { return 0; }

void modelport_trees_one_wide(const Ensemble *ensemble, const double *row, double *sums) {
    (void)ensemble, (void)row, (void)sums;
}

void modelport_trees_many_wide(const Ensemble *ensemble, const double *numbers, size_t count, double *sums, int has_gaps) {
    (void)ensemble, (void)numbers, (void)count, (void)sums, (void)has_gaps;
}

#endif
