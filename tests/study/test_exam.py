import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, recall_score

from simplenet import SimpleNet
from simplenet.study.exam import Exam, examine, taken_for


@pytest.fixture(scope="module")
def net():
    return SimpleNet(784, 5, 10, weight_init_std=0.5, rng=np.random.default_rng(0))


def test_it_is_what_scikit_learn_says(net, stripes):
    exam = examine(net, stripes.x_test, stripes.t_test)
    right, found = stripes.t_test.argmax(axis=1), net.predict(stripes.x_test).argmax(axis=1)
    np.testing.assert_array_equal(exam.confusion, confusion_matrix(right, found))
    assert exam.accuracy == accuracy_score(right, found)
    assert exam.accuracy == net.accuracy(stripes.x_test, stripes.t_test)
    np.testing.assert_allclose(exam.per_digit, recall_score(right, found, average=None))
    assert exam.size == 200


def test_the_mistakes_come_by_how_often_they_are_made(net, stripes):
    exam = examine(net, stripes.x_test, stripes.t_test)
    mistakes = exam.mistakes(5)
    assert len(mistakes) == 5
    counts = [n for _, _, n in mistakes]
    assert counts == sorted(counts, reverse=True)
    assert all(i != k and exam.confusion[i, k] == n for i, k, n in mistakes)
    assert sum(n for *_, n in exam.mistakes(100)) == round((1 - exam.accuracy) * 200)


def test_a_digit_that_was_not_asked_for_has_no_accuracy(net, stripes):
    only = stripes.t_test.argmax(axis=1) == 3
    exam = examine(net, stripes.x_test[only], stripes.t_test[only])
    assert np.isnan(np.delete(exam.per_digit, 3)).all()
    assert exam.per_digit[3] == exam.accuracy


def test_without_a_digit_there_is_no_exam(net):
    with pytest.raises(ValueError, match="at least one"):
        examine(net, np.zeros((0, 784)), np.zeros(0, int))


def test_precision_is_the_share_of_right_ones_among_what_is_taken_for_a_digit():
    confusion = np.zeros((10, 10), int)
    confusion[3, 3], confusion[5, 3], confusion[3, 8] = 6, 2, 4
    found = Exam(confusion)
    assert found.precision[3] == 0.75
    assert found.precision[8] == 0
    assert np.isnan(found.precision[0])
    assert found.per_digit[3] == 0.6


def test_of_mistakes_the_surest_comes_first_and_of_right_answers_the_least_sure():
    labels = np.array([4, 4, 9, 4, 4, 4])
    y = np.zeros((6, 10))
    y[:, 9] = [0.7, 0.9, 0.99, 0.6, 0.1, 0.2]
    y[:, 4] = [0.3, 0.1, 0.01, 0.4, 0.9, 0.8]
    assert taken_for(y, labels, 4, 9).tolist() == [1, 0, 3]
    assert taken_for(y, labels, 4, 4).tolist() == [5, 4]
    assert taken_for(y, labels, 9, 9).tolist() == [2]
    assert taken_for(y, labels, 9, 4).tolist() == []
