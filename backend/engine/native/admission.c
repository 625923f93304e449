/* Admits calls and reserves credits in the mapped file of the shared state, where nothing but counting is to be done:
 * every counter is known, has room and admits. Whatever else comes, nothing is counted and the answer is LEAVE: then
 * limiter.py and credit_cells.py decide, whose arithmetic this is. Called by admission.py.
 *
 * Stores are volatile, so that they happen in the order in which they are written here: a kill between any two of them
 * leaves a state that is whole. Layout of the file: layout.py. */

#define _POSIX_C_SOURCE 200809L

#include "locks.h"

#include <time.h>

enum { HIGH, LOW, RING, HEAD, WINDOW, KIND, EXTRA, ENTRY_WORDS = 8 };
enum { A_WINDOW, A_BUCKET, A_DAY, CREDITS = 4 }; /* naming.py */
enum { RING_SHIFT = 6, RING_LOG2_MAX = 40, DAY_SHIFT = 44 };
enum { RULES_MAX = 8, LEAVE = -1 };

static const int64_t DAY_NS = INT64_C(86400) * 1000000000, US_NS = 1000;
static const int64_t DAY_COUNT_MAX = (INT64_C(1) << DAY_SHIFT) - 1;

/* A process's view of the file; without words nothing is admitted. */
typedef struct {
    volatile uint64_t *words;
    uint64_t length; /* in words */
    void *locks;
} Mapping;

/* A rule and its counter. What Python fills in comes first, what is found during a decision last. */
typedef struct {
    uint64_t high, low; /* of the counter's digest */
    uint64_t at;        /* where its entry was last time; 0 where nobody knows */
    uint64_t kind;
    int64_t limit;
    int64_t span; /* of a window: ns; of a bucket: us a token */
    uint64_t can_refuse;
    uint64_t oldest; /* of a window: where the last look found its first call; a guess, never believed */
    int64_t now, left, reset; /* ns; calls; ns */
    uint64_t value, base, mask;
} Rule;

/* Rules that are decided together, and the call that is; without rules, nothing is decided. */
typedef struct {
    const Mapping *file;
    int64_t now;  /* ns since 1970; 0 asks the clock, once the counters are locked */
    int64_t cost; /* calls */
    uint64_t rules_count, locks_count;
    int64_t locks[RULES_MAX]; /* their numbers, ascending */
    int64_t left, reset;      /* of the binding rule */
    Rule rules[];
} Plan;

/* An account's credits, and how many are wanted. */
typedef struct {
    const Mapping *file;
    int64_t amount;
    uint64_t high, low, at; /* as of a rule's counter */
    int64_t lock;
    int64_t ceiling; /* how far the account may go, as a reservation found it */
} Cell;

static void release(const Mapping *file, const int64_t *locks, uint64_t count) {
    while (count--) modelport_lock_release(file->locks, locks[count]);
}

static int take(const Mapping *file, const int64_t *locks, uint64_t count) {
    for (uint64_t i = 0; i < count; i++) {
        if (modelport_lock_try(file->locks, locks[i])) {
            release(file, locks, i);
            return 0;
        }
    }
    return 1;
}

/* Give the entry that was a counter's last time; NULL where it is none of its own any more. */
static volatile uint64_t *entry_of(const Mapping *file, uint64_t at, uint64_t high, uint64_t low, uint64_t kind) {
    if (!at || at + ENTRY_WORDS > file->length) return NULL;
    volatile uint64_t *entry = file->words + at;
    return entry[LOW] == low && entry[HIGH] == high && entry[KIND] == kind && entry[RING] ? entry : NULL;
}

/* Count the kept calls later than `since`; the newest is. */
static uint64_t count_after(Rule *rule, const volatile uint64_t *calls, int64_t since) {
    const uint64_t head = rule->value, mask = rule->mask, guess = rule->oldest;
    uint64_t least = head > mask ? head - mask : 0, most = head - 1;
    /* Calls come about as fast as they leave a window: its first call is where it was, or right behind. */
    if (least < guess && guess < head) {
        if ((int64_t)calls[(guess - 1) & mask] > since)
            most = guess - 1;
        else if ((int64_t)calls[guess & mask] > since)
            least = most = guess;
        else
            least = guess + 1;
    }
    while (least < most) {
        const uint64_t middle = least + (most - least) / 2;
        if ((int64_t)calls[middle & mask] > since)
            most = middle;
        else
            least = middle + 1;
    }
    rule->oldest = least;
    return head - least;
}

static int judge_window(const Mapping *file, Rule *rule, const volatile uint64_t *entry, int64_t now, int64_t cost) {
    const uint64_t ring = entry[RING], log2 = ring & ((1 << RING_SHIFT) - 1), kept = entry[WINDOW];
    if (log2 > RING_LOG2_MAX || kept < (uint64_t)rule->span) return 0;
    const uint64_t base = ring >> RING_SHIFT, mask = (UINT64_C(1) << log2) - 1, head = entry[HEAD];
    if (base + mask >= file->length) return 0;
    const volatile uint64_t *calls = file->words + base;
    const int64_t last = head ? (int64_t)calls[(head - 1) & mask] : 0;
    rule->base = base, rule->mask = mask, rule->value = head;
    rule->now = now > last ? now : last;
    const int64_t since = rule->now - rule->span;
    rule->left = rule->limit - cost - (last > since ? (int64_t)count_after(rule, calls, since) : 0);
    rule->reset = rule->now + rule->span;
    if (rule->left < 0) return 0;
    /* Nothing may be overwritten that lies in the longest window anybody looks through. */
    const uint64_t end = head + (uint64_t)cost;
    if (end <= mask) return 1;
    const uint64_t overwritten = end - mask - 1;
    return overwritten < head && (int64_t)(calls[overwritten & mask] + kept) <= rule->now;
}

static int judge_bucket(Rule *rule, const volatile uint64_t *entry, int64_t now, int64_t cost) {
    const int64_t busy = (int64_t)entry[HEAD], seen = (int64_t)entry[EXTRA], interval = rule->span * US_NS;
    rule->now = now > seen ? now : seen;
    if (busy > rule->now && (int64_t)entry[WINDOW] != rule->span) return 0;
    const int64_t until = busy > rule->now ? busy : rule->now;
    const int64_t room = (rule->limit - cost) * interval - (until - rule->now);
    if (room < 0) return 0;
    rule->left = room / interval, rule->reset = until + cost * interval;
    return 1;
}

static int judge_day(Rule *rule, const volatile uint64_t *entry, int64_t now, int64_t cost) {
    const int64_t today = now / DAY_NS, day = (int64_t)(entry[HEAD] >> DAY_SHIFT);
    const int64_t count = (day >= today ? (int64_t)entry[HEAD] & DAY_COUNT_MAX : 0) + cost;
    const int64_t that = day >= today ? day : today;
    rule->value = (uint64_t)that << DAY_SHIFT | (uint64_t)count;
    rule->left = rule->limit - count, rule->reset = (that + 1) * DAY_NS;
    return rule->left >= 0 && count <= DAY_COUNT_MAX;
}

static void count(const Mapping *file, const Rule *rule, int64_t cost) {
    volatile uint64_t *entry = file->words + rule->at;
    if (rule->kind == A_WINDOW) {
        /* Each call by its last store. */
        for (uint64_t number = rule->value; number < rule->value + (uint64_t)cost; number++) {
            file->words[rule->base + (number & rule->mask)] = (uint64_t)rule->now;
            entry[HEAD] = number + 1;
        }
    } else if (rule->kind == A_BUCKET) {
        entry[EXTRA] = (uint64_t)rule->now;
        entry[WINDOW] = (uint64_t)rule->span;
        entry[HEAD] = (uint64_t)rule->reset;
    } else {
        entry[HEAD] = rule->value;
    }
}

/* Say which of two rules that admit binds: of those that can refuse the one with less left. */
static int is_tighter(const Rule *one, const Rule *other) {
    if (one->can_refuse == other->can_refuse) return one->left < other->left;
    return (int)one->can_refuse;
}

static int judge(const Mapping *file, Rule *rule, int64_t now, int64_t cost) {
    const volatile uint64_t *entry = entry_of(file, rule->at, rule->high, rule->low, rule->kind);
    if (!entry || cost > rule->limit) return 0;
    if (rule->kind == A_WINDOW) return judge_window(file, rule, entry, now, cost);
    return rule->kind == A_BUCKET ? judge_bucket(rule, entry, now, cost) : judge_day(rule, entry, now, cost);
}

/* Count a call under every rule of a plan. Gives the place of the binding rule, and what is left of it in the plan. */
int64_t modelport_admit(Plan *plan) {
    const Mapping *file = plan->file;
    const int64_t cost = plan->cost;
    if (!file->words || !plan->rules_count || cost < 1 || !take(file, plan->locks, plan->locks_count)) return LEAVE;
    int64_t now = plan->now;
    if (!now) {
        struct timespec moment;
        clock_gettime(CLOCK_REALTIME, &moment);
        now = moment.tv_sec * INT64_C(1000000000) + moment.tv_nsec;
    }
    int64_t binding = 0;
    for (uint64_t i = 0; i < plan->rules_count; i++) {
        if (!judge(file, &plan->rules[i], now, cost)) {
            release(file, plan->locks, plan->locks_count);
            return LEAVE;
        }
        if (is_tighter(&plan->rules[i], &plan->rules[binding])) binding = (int64_t)i;
    }
    /* A counter given twice is written twice with the same. */
    for (uint64_t i = 0; i < plan->rules_count; i++) count(file, &plan->rules[i], cost);
    release(file, plan->locks, plan->locks_count);
    plan->left = plan->rules[binding].left, plan->reset = plan->rules[binding].reset;
    return binding;
}

/* Take the next credits of an account. Gives where they end. */
int64_t modelport_reserve(Cell *cell) {
    const Mapping *file = cell->file;
    if (!file->words || !cell->at || cell->amount < 0 || !take(file, &cell->lock, 1)) return LEAVE;
    volatile uint64_t *entry = entry_of(file, cell->at, cell->high, cell->low, CREDITS);
    int64_t end = LEAVE;
    if (entry) {
        const int64_t position = (int64_t)entry[HEAD], ceiling = (int64_t)entry[EXTRA];
        if (cell->amount <= ceiling - position) {
            end = position + cell->amount;
            entry[HEAD] = (uint64_t)end;
            cell->ceiling = ceiling;
        }
    }
    release(file, &cell->lock, 1);
    return end;
}
