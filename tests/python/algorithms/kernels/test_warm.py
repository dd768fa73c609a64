"""The list of what is compiled beside the first build."""

import inspect
from collections import Counter

from precision_marketing.algorithms.kernels.warm import KERNELS, read_kernels


def test_every_listed_kernel_is_there_and_takes_as_many_arguments():
    kernels = read_kernels(KERNELS)
    assert len(kernels) == len(KERNELS.read_text(encoding="utf-8").splitlines()) > 40
    for kernel, arguments in kernels:
        parameters = inspect.signature(kernel.py_func).parameters.values()
        required = [each for each in parameters if each.default is each.empty]
        assert len(required) <= len(arguments) <= len(parameters), kernel


def test_no_kernel_is_listed_twice_for_the_same_types():
    listed = Counter((kernel, arguments) for kernel, arguments in read_kernels(KERNELS))
    assert max(listed.values()) == 1


def test_a_kernel_of_the_list_is_compiled_for_its_types():
    kernel, arguments = next(
        each
        for each in read_kernels(KERNELS)
        if each[0].py_func.__name__ == "rounded_score"
    )
    kernel.compile(arguments)
    assert arguments in kernel.signatures
