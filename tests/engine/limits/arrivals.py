"""Random arrivals under mixed and changing rules, for whoever has to decide as the model or as another limiter does."""

from hypothesis import strategies as st

from backend.engine.limits.rules import DailyQuota, Policy, Rule, TokenBucket

Arrival = tuple[int, list[Rule], int]

_keys = st.sampled_from("ab")
_limits = st.sampled_from([0, 1, 3, 20])
_rules: st.SearchStrategy[Rule] = st.one_of(
    st.builds(lambda key, limit: Policy("window", key, limit, 60.0), _keys, _limits),
    st.builds(
        lambda key, capacity, per_minute: TokenBucket("bucket", key, capacity, per_minute),
        _keys,
        _limits,
        st.sampled_from([0, 1, 7, 100, 6000]),
    ),
    st.builds(
        lambda key, limit, overage: DailyQuota("day", key, limit, overage),
        _keys,
        st.sampled_from([0, 3, 50]),
        st.sampled_from(["block", "warn", "charge"]),
    ),
)
# In us: nothing, moments, refills, windows, days; and a clock that is set back by moments or by hours.
waits = st.one_of(
    st.just(0),
    st.integers(1, 10**6),
    st.integers(10**6, 10**8),
    st.sampled_from([60 * 10**6, 43_200 * 10**6, -1, -(10**6), -7200 * 10**6]),
)
mixes: st.SearchStrategy[list[Rule]] = st.lists(
    _rules, min_size=1, max_size=4, unique_by=lambda rule: (type(rule), rule.key)
)
costs = st.sampled_from([1, 1, 1, 2, 5])
arrivals: st.SearchStrategy[list[Arrival]] = st.lists(st.tuples(waits, mixes, costs), max_size=80)
