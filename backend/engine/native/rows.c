/* Reads rows of numbers out of JSON, `[[1, 2.5], [3, 4]]` or `{"instances": [[1, 2.5], [3, 4]]}`, and one row, `[1, 2.5]`
 * or `{"age": 1, "income": 2.5}`, to the very bits that any correct reader gives. Whatever is anything else is left to one that can say what is wrong with it. The text ends
 * with a zero byte, as Python's bytes do: it is no part of any number, bracket or name, so nothing reads beyond it. */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { DIGITS_MAX = 19, EXPONENT_DIGITS_MAX = 3, EXACT_TEN_MAX = 22, EXPONENT_MAX = 27, ANY_ORDER_MAX = 64 };

static const uint64_t EXACT_MAX = (uint64_t)1 << 53;
static const double TENS[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                              1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

typedef struct {
    uint64_t high, low;
} Power; /* the first 128 bits of a power of five, of which there is one for each exponent from -27 to 27 */

/* What one row looks like. */
typedef struct {
    const Power *powers;
    const char *names;    /* of the columns as JSON writes them, in quotes, one behind the other */
    const uint64_t *ends; /* of each name */
    uint64_t columns;     /* above 0 */
    uint64_t takes_arrays;
} Shape;

static const char *after_space(const char *at) {
    while (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r') at++;
    return at;
}

static const char *after_digits(const char *at, uint64_t *digits) {
    for (; *at >= '0' && *at <= '9'; at++) *digits = *digits * 10 + (uint64_t)(*at - '0');
    return at;
}

/* Give digits * 10^exponent, rounded to the nearest number, ties to even. Neither is out of bounds, nor are digits 0.
 * Source: Lemire, Number Parsing at a Gigabyte per Second, Software: Practice and Experience 51 (2021). */
static double scaled(uint64_t digits, int exponent, const Power *powers) {
    const Power *power = powers + EXPONENT_MAX + exponent;
    const int zeros = __builtin_clzll(digits);
    digits <<= zeros;
    const unsigned __int128 product = (unsigned __int128)digits * power->high;
    uint64_t high = (uint64_t)(product >> 64), low = (uint64_t)product;
    if ((high & 0x1ff) == 0x1ff) { /* what the lower half of the power adds may carry into the bits that count */
        const uint64_t more = (uint64_t)((unsigned __int128)digits * power->low >> 64);
        low += more;
        high += low < more;
    }
    const int top = (int)(high >> 63);
    uint64_t mantissa = high >> (top + 9), exponent_bits = (uint64_t)(((217706 * exponent) >> 16) + 1086 + top - zeros);
    const int is_tie = low <= 1 && exponent >= -4 && exponent <= 23 && mantissa << (top + 9) == high;
    if (is_tie && (mantissa & 3) == 1) mantissa &= ~(uint64_t)1;
    mantissa = (mantissa + (mantissa & 1)) >> 1;
    if (mantissa == EXACT_MAX) {
        mantissa >>= 1;
        exponent_bits++;
    }
    const uint64_t bits = (mantissa & (((uint64_t)1 << 52) - 1)) | exponent_bits << 52;
    double number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

/* Give how many digits a number has, those noughts left out that stand before all others. */
static int significant(const char *at, const char *end) {
    int count = 0;
    while (*at == '0' || *at == '.') at++;
    for (; at < end; at++) count += *at != '.';
    return count;
}

/* Read a number; give what stands behind it, or NULL when it is none, or one of the few that are not read here. */
static const char *after_number(const char *at, const Power *powers, double *number) {
    const int is_negative = *at == '-';
    uint64_t digits = 0;
    const char *first = at += is_negative;
    at = *at == '0' ? at + 1 : after_digits(at, &digits); /* a nought stands alone before the point */
    if (at == first) return NULL;
    const char *whole = at;
    ptrdiff_t exponent = 0;
    if (*at == '.') {
        at = after_digits(at + 1, &digits);
        exponent = whole + 1 - at;
        if (exponent == 0) return NULL;
    }
    if (at - first > DIGITS_MAX && significant(first, at) > DIGITS_MAX) return NULL;
    if (*at == 'e' || *at == 'E') {
        const int falls = *++at == '-';
        at += falls || *at == '+';
        const char *start = at;
        uint64_t shift = 0;
        at = after_digits(at, &shift);
        if (at == start || at - start > EXPONENT_DIGITS_MAX) return NULL;
        exponent += falls ? -(ptrdiff_t)shift : (ptrdiff_t)shift;
    }
    double found;
    if (digits == 0)
        found = is_negative && at == whole ? -0.0 : 0.0; /* -0 is an integer and has no sign, -0.0 has one */
    else if (exponent < -EXPONENT_MAX || exponent > EXPONENT_MAX)
        return NULL;
    else if (digits > EXACT_MAX || exponent < -EXACT_TEN_MAX || exponent > EXACT_TEN_MAX)
        found = scaled(digits, (int)exponent, powers);
    else
        found = exponent < 0 ? (double)digits / TENS[-exponent] : (double)digits * TENS[exponent];
    *number = is_negative ? -found : found;
    return at;
}

static const char *after_row(const char *at, size_t columns, const Power *powers, double *row) {
    if (*at != '[') return NULL;
    for (size_t i = 0; i < columns; i++) {
        at = after_number(after_space(at + 1), powers, row + i);
        if (at == NULL) return NULL;
        at = after_space(at);
        if (*at != (i + 1 < columns ? ',' : ']')) return NULL;
    }
    return at + 1;
}

/* Fill `numbers`, shape (rows_max, columns), and give how many rows there are; -1 for what is not read here.
 * `columns` is above 0. */
int64_t modelport_rows_read(const char *text, size_t length, size_t columns, size_t rows_max, const Power *powers,
                            double *numbers) {
    const char *at = after_space(text);
    const int is_object = *at == '{';
    if (is_object) {
        static const char NAME[] = "\"instances\"";
        at = after_space(at + 1);
        if (strncmp(at, NAME, sizeof NAME - 1) != 0) return -1;
        at = after_space(at + sizeof NAME - 1);
        if (*at != ':') return -1;
        at = after_space(at + 1);
    }
    if (*at != '[') return -1;
    size_t rows = 0;
    do {
        if (rows == rows_max) return -1;
        at = after_row(after_space(at + 1), columns, powers, numbers + rows++ * columns);
        if (at == NULL) return -1;
        at = after_space(at);
    } while (*at == ',');
    if (*at != ']') return -1;
    at = after_space(at + 1);
    if (is_object) {
        if (*at != '}') return -1;
        at = after_space(at + 1);
    }
    return at == text + length ? (int64_t)rows : -1;
}

/* Give the column whose name stands at a place, the one that is expected there first; -1 for none. */
static int64_t column_at(const Shape *shape, uint64_t expected, const char *at, const char *end) {
    const uint64_t others = shape->columns <= ANY_ORDER_MAX ? shape->columns : 0;
    for (uint64_t i = 0; i <= others; i++) {
        const uint64_t column = i ? i - 1 : expected, start = column ? shape->ends[column - 1] : 0;
        const size_t length = shape->ends[column] - start;
        if ((size_t)(end - at) >= length && memcmp(at, shape->names + start, length) == 0) return (int64_t)column;
    }
    return -1;
}

static const char *after_record(const Shape *shape, const char *at, const char *end, double *row) {
    uint64_t seen = 0;
    for (uint64_t i = 0; i < shape->columns; i++) {
        at = after_space(at + 1);
        const int64_t column = column_at(shape, i, at, end);
        if (column < 0) return NULL;
        if (shape->columns <= ANY_ORDER_MAX) {
            if (seen >> column & 1) return NULL;
            seen |= (uint64_t)1 << column;
        }
        at = after_space(at + shape->ends[column] - (column ? shape->ends[column - 1] : 0));
        if (*at != ':') return NULL;
        at = after_number(after_space(at + 1), shape->powers, row + column);
        if (at == NULL) return NULL;
        at = after_space(at);
        if (*at != (i + 1 < shape->columns ? ',' : '}')) return NULL;
    }
    return at + 1;
}

/* Fill `row` with the numbers of a body that is one row, in the columns' order. Gives 0 for what is not read here, such as
 * a number that 64 bits do not hold exactly as it was written, were it whole. */
int modelport_row_read(const Shape *shape, const char *text, size_t length, double *row) {
    const char *at = after_space(text), *end = text + length;
    if (*at == '{')
        at = after_record(shape, at, end, row);
    else
        at = shape->takes_arrays ? after_row(at, shape->columns, shape->powers, row) : NULL;
    if (at == NULL || after_space(at) != end) return 0;
    for (uint64_t i = 0; i < shape->columns; i++) {
        if (!(row[i] < (double)EXACT_MAX && row[i] > -(double)EXACT_MAX)) return 0;
    }
    return 1;
}
