#!/usr/bin/python3
"""A sequential CART sampler of flow records (as synthpop's): the memoriser that claims of fidelity
are compared with.

    bench/cart.py REAL.csv TWIN.csv [--leaf N] [--count N] [--seed N]

Every column is drawn, in a fixed order, from the real rows in the leaf of a tree grown on the
columns before it. So each value is a real one, and what lies in a leaf of ten rows is nearly a
copy: compare the copy rates of `tracetwin evaluate --holdout` before its distances. Not private in
any way, and no method of tracetwin. Needs Debian's python3-pandas and -sklearn.
"""
import argparse

import numpy
import pandas
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

ORDER = ["ts", "type", "label", "service", "state", "proto", "srcip", "dstip", "dstport", "srcport",
         "pkt", "byt", "td"]
MOST_CLASSES = 64  # more different values, and the tree is grown on their places in order


def order_of(columns):
    known = [name for name in ORDER if name in columns]
    return known + [name for name in columns if name not in known]


def codes_of(values):
    """Values as numbers that a tree can split: themselves, or their place among those seen."""
    if pandas.api.types.is_numeric_dtype(values):
        return values.to_numpy(float)
    return pandas.factorize(values, sort=True)[0].astype(float)


def tree_for(target, leaf, seed):
    few = len(numpy.unique(target)) <= MOST_CLASSES
    kind = DecisionTreeClassifier if few else DecisionTreeRegressor
    return kind(min_samples_leaf=leaf, random_state=seed)


def donors(tree, real, made, random):
    """For each made row a real row of the leaf that it falls into."""
    leaves = tree.apply(real)
    order = numpy.argsort(leaves, kind="stable")
    begins = numpy.searchsorted(leaves[order], tree.apply(made), side="left")
    ends = numpy.searchsorted(leaves[order], tree.apply(made), side="right")
    return order[begins + (random.random(len(made)) * (ends - begins)).astype(int)]


def synthesize(real, count, leaf, seed):
    random = numpy.random.default_rng(seed)
    names = order_of(list(real.columns))
    codes = numpy.column_stack([codes_of(real[name]) for name in names])
    made = numpy.empty((count, len(names)))
    chosen = random.integers(0, len(real), count)
    twin = {names[0]: real[names[0]].to_numpy()[chosen]}
    made[:, 0] = codes[chosen, 0]
    for c, name in enumerate(names[1:], start=1):
        tree = tree_for(codes[:, c], leaf, seed).fit(codes[:, :c], codes[:, c])
        chosen = donors(tree, codes[:, :c], made[:, :c], random)
        made[:, c] = codes[chosen, c]
        twin[name] = real[name].to_numpy()[chosen]
    return pandas.DataFrame(twin)[list(real.columns)].sort_values(names[0])


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("real")
    parser.add_argument("twin")
    parser.add_argument("--leaf", type=int, default=10)
    parser.add_argument("--count", type=int)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    real = pandas.read_csv(options.real, keep_default_na=False)
    twin = synthesize(real, options.count or len(real), options.leaf, options.seed)
    twin.to_csv(options.twin, index=False)


if __name__ == "__main__":
    main()
