"""Array: a numpy array that answers as tensors do in scripts."""

import pickle

import numpy as np
import pytest
import support  # noqa: F401

from musicgen import Array


@pytest.fixture
def array():
    return Array(np.arange(6, dtype=np.float32).reshape(1, 2, 3))


def test_what_a_tensor_says_of_itself(array):
    assert array.shape == (1, 2, 3) and list(array.shape) == [1, 2, 3]
    assert array.size() == (1, 2, 3) and array.size(-1) == 3
    assert (array.dim(), array.ndim, len(array), array.numel()) == (3, 3, 1, 6)
    assert array.dtype == np.float32 and array.device == "cpu"


def test_the_numpy_array_is_not_a_copy(array):
    values = array.numpy()
    values[0, 0, 0] = 9
    assert array.cpu().detach()[0, 0, 0] == 9
    assert np.shares_memory(np.asarray(array), values)


def test_indexing_and_iteration_give_arrays(array):
    assert isinstance(array[0], Array) and array[0].shape == (2, 3)
    assert array[..., -1].numpy().tolist() == [[2, 5]]
    assert array[None].shape == (1, 1, 2, 3)
    assert [item.shape for item in array] == [(2, 3)]
    assert array[0, 1, 2] == 5 and float(array[0, 1, 2]) == 5.0
    array[0, 0] = Array([7, 7, 7])
    assert array[array > 5].numpy().tolist() == [7, 7, 7]


def test_arithmetic_gives_arrays(array):
    for result in (array * 2, 2 * array, array + array, -array, array / 2, np.abs(array), array ** 2, array > 1):
        assert isinstance(result, Array)
    assert (array * np.float32(2)).dtype == np.float32
    array *= 2
    assert isinstance(array, Array) and array.max() == 10
    assert isinstance(np.ones((1, 2, 3), np.float32) * array, Array)


def test_shapes(array):
    assert array.squeeze().shape == (2, 3) and array.squeeze(1).shape == (1, 2, 3)
    assert array.unsqueeze(0).shape == (1, 1, 2, 3)
    assert array.reshape(2, 3).shape == array.view(2, -1).shape == (2, 3)
    assert array[0].T.shape == (3, 2) and array[0].T.contiguous().numpy().flags.c_contiguous


def test_to(array):
    assert array.to("cpu").numpy() is array.numpy()
    assert array.to(np.float64).dtype == np.float64 and array.float().dtype == np.float32
    with pytest.raises(ValueError, match="cuda"):
        array.to("cuda")


def test_dlpack_both_ways(array):
    assert np.shares_memory(np.from_dlpack(array), array.numpy())
    from musicgen_cpp._array import to_numpy
    assert to_numpy(array) is array.numpy()

    class Foreign:
        def __dlpack__(self, **options):
            return array.numpy().__dlpack__(**options)

        def __dlpack_device__(self):
            return array.numpy().__dlpack_device__()

    assert to_numpy(Foreign()).tolist() == array.tolist()


def test_it_pickles_and_prints(array):
    again = pickle.loads(pickle.dumps(array))
    assert isinstance(again, Array) and again.tolist() == array.tolist()
    assert repr(Array([1, 2])) == "Array([1, 2])"
    assert bool(Array(1)) and Array(3).item() == 3 and array.mean() == 2.5 and array.min() == 0
