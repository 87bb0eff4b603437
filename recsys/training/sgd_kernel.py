"""The inner loops of matrix factorisation, compiled: contiguous arrays in, no Python object per rating.

Every kernel has a name of its own. numba's disk cache tells functions apart by name and bytecode, not by compiler
flags: two kernels that differ by `fastmath` alone would share an entry, and which one runs would be a matter of luck.
"""

import numpy as np
from llvmlite import ir
from numba import njit, prange, types
from numba.core import cgutils
from numba.extending import intrinsic

_INT = ir.IntType(32)
#: Of `llvm.prefetch`, in order: the memory will be written to, belongs into the nearest cache, and is no code.
_HINTS = (1, 3, 1)
#: float64 values in a cache line of today's processors. A constant: the compiler unrolls the loop by it.
_LINE = 8


@njit(cache=True)
def first_seen(codes, n):
    """Renumber `codes` (m,) in 0..n-1 by first appearance, as Surprise numbers raw ids.

    Returns `rows` (n,): the new number of each code, -1 if it never appears; and how many appear.
    """
    rows = np.full(n, -1, np.int32)
    count = 0
    for code in codes:
        if rows[code] < 0:
            rows[code] = count
            count += 1
    return rows, count


@njit(cache=True)
def group_by_user(users, items, scores, user_rows, item_rows, n_users):
    """Ratings sorted by fan's row, in their given order inside each fan.

    Returns `starts` (n_users + 1,), and the ratings' `items` as rows and `scores`, each (m,).
    """
    starts = np.zeros(n_users + 1, np.int64)
    for user in users:
        starts[user_rows[user] + 1] += 1
    for row in range(n_users):
        starts[row + 1] += starts[row]
    place = starts[:-1].copy()
    out_items = np.empty(len(items), np.int32)
    out_scores = np.empty_like(scores)
    for k in range(len(users)):
        row = user_rows[users[k]]
        out_items[place[row]] = item_rows[items[k]]
        out_scores[place[row]] = scores[k]
        place[row] += 1
    return starts, out_items, out_scores


@intrinsic
def _prefetch(_typing, table, row, column):
    def generate(context, builder, signature, arguments):
        kind, *integers = signature.args
        array = context.make_array(kind)(context, builder, arguments[0])
        at = [
            context.cast(builder, value, given, types.intp)
            for value, given in zip(arguments[1:], integers, strict=True)
        ]
        address = builder.bitcast(cgutils.get_item_pointer(context, builder, kind, array, at), cgutils.voidptr_t)
        function_type = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, _INT, _INT, _INT])
        function = cgutils.get_or_insert_function(builder.module, function_type, "llvm.prefetch.p0")
        builder.call(function, [address, *(ir.Constant(_INT, hint) for hint in _HINTS)])
        return context.get_dummy_value()

    return types.void(table, row, column), generate


@njit(cache=True)
def _prefetch_row(table, row):
    """Begin to load `table[row]`, a row of a C-contiguous matrix. No value changes, and a row that does not come in
    time is loaded as ever."""
    for column in range(0, table.shape[1], _LINE):
        _prefetch(table, row, column)  # pyright: ignore[reportCallIssue]


@njit(cache=True)
def _dot_in_order(a, b):
    total = a.dtype.type(0)
    for f in range(a.shape[0]):
        total += a[f] * b[f]
    return total


@njit(cache=True, fastmath={"reassoc", "contract", "nsz"})
def _dot_any_order(a, b):
    total = a.dtype.type(0)
    for f in range(a.shape[0]):
        total += a[f] * b[f]
    return total


@njit(cache=True)
def _sweep(first, last, starts, items, scores, mean, biased, rates, decays, bu, bi, pu, qi, in_order):
    """One pass over the ratings of fans `first`..`last`, in order; updates bu, bi, pu, qi in place.

    `rates` and `decays` hold the learning rates and regularisation of (bu, bi, pu, qi) in the parameters' own type.
    """
    # Copies: the compiler cannot know that these arrays do not overlap, and would read them again for every factor.
    rate_bu, rate_bi, rate_pu, rate_qi = rates[0], rates[1], rates[2], rates[3]
    decay_bu, decay_bi, decay_pu, decay_qi = decays[0], decays[1], decays[2], decays[3]
    p, last_rating = np.empty(pu.shape[1], pu.dtype), len(items) - 1
    for u in range(first, last):
        p[:] = pu[u]
        for k in range(starts[u], starts[u + 1]):
            i = items[k]
            q = qi[i]
            # A title's factors lie anywhere: without being told of the next, the processor waits for them each time.
            _prefetch_row(qi, items[min(k + 1, last_rating)])
            dot = _dot_in_order(q, p) if in_order else _dot_any_order(q, p)
            err = scores[k] - (mean + bu[u] + bi[i] + dot)
            if biased:
                bu[u] += rate_bu * (err - decay_bu * bu[u])
                bi[i] += rate_bi * (err - decay_bi * bi[i])
            for f in range(p.shape[0]):
                pf = p[f]
                qf = q[f]
                p[f] += rate_pu * (err * qf - decay_pu * pf)
                q[f] += rate_qi * (err * pf - decay_qi * qf)
        pu[u] = p


@njit(cache=True)
def sgd_epoch(starts, items, scores, mean, biased, rates, decays, bu, bi, pu, qi, in_order):
    """One epoch of stochastic gradient descent over all ratings, one after the other, as Surprise does it.

    `in_order` sums each dot product from the first factor to the last, so that results equal Surprise's bit for bit;
    otherwise the processor sums several at once, faster and within 1e-13.
    """
    _sweep(0, len(starts) - 1, starts, items, scores, mean, biased, rates, decays, bu, bi, pu, qi, in_order)


@njit(cache=True, parallel=True)
def sgd_epoch_threads(bounds, starts, items, scores, mean, biased, rates, decays, bu, bi, pu, qi, in_order):
    """One epoch with a thread per block of fans, `bounds` (n_threads + 1,), and no locks on the titles.

    Hogwild (Recht et al. 2011): updates of a title by two threads at once can be lost, so results vary between runs.
    """
    for b in prange(len(bounds) - 1):
        _sweep(bounds[b], bounds[b + 1], starts, items, scores, mean, biased, rates, decays, bu, bi, pu, qi, in_order)


@njit(cache=True)
def predict_pairs(users, items, user_rows, item_rows, mean, bu, bi, pu, qi):
    """mean + b_u + b_i + q_i·p_u of each pair, (m,) float64, unclipped; unknown users and titles count as zero."""
    out = np.empty(len(users), np.float64)
    for k in range(len(users)):
        u = user_rows[users[k]] if 0 <= users[k] < len(user_rows) else -1
        i = item_rows[items[k]] if 0 <= items[k] < len(item_rows) else -1
        total = float(mean)
        if u >= 0:
            total += bu[u]
        if i >= 0:
            total += bi[i]
        if u >= 0 and i >= 0:
            total += _dot_any_order(qi[i], pu[u])
        out[k] = total
    return out
