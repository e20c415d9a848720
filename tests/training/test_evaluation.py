"""Evaluations in pieces count what one in a single piece counts."""

import numpy as np
import pytest

import simplenet.training.evaluation
from simplenet import SimpleNet
from simplenet.training import Evaluation, Record, evaluated


@pytest.fixture(params=[1, 7, 200, 1000])
def piece(request, monkeypatch):
    monkeypatch.setattr(simplenet.training.evaluation, "PIECE", request.param)
    return request.param


@pytest.fixture
def net():
    return SimpleNet(784, 8, 10, 10.0, np.random.default_rng(1))  # Some slopes have vanished.


def test_pieces_count_what_the_whole_does(stripes, net, piece):
    record = evaluated(Record(3, 1.0, 2.0), net, stripes)
    train_accuracy, vanished = net.accuracy_and_vanished(stripes.x_train, stripes.t_train)
    assert record.train_accuracy == train_accuracy
    assert record.vanished == vanished > 0
    assert record.test_accuracy == net.accuracy(stripes.x_test, stripes.t_test)
    assert (record.iteration, record.loss) == (3, 1.0)
    assert record.elapsed_s > 2


def test_without_time_it_goes_on_by_a_piece_and_the_test_set_comes_first(stripes, net, piece):
    whole = Evaluation().more(net, stripes)
    evaluation, known = Evaluation(), []
    while not evaluation.finished:
        before = evaluation.test.done + evaluation.train.done
        evaluation = evaluation.more(net, stripes, 0.0)
        assert 0 < evaluation.test.done + evaluation.train.done - before <= piece
        record = evaluation.of(Record(0, 0.0, 0.0), stripes)
        known.append((record.test_accuracy is not None, record.train_accuracy is not None))
        assert known[-1] == (evaluation.test.done == 200, evaluation.train.done == 600)
    assert evaluation == whole
    assert known == sorted(known)
    assert known[-1] == (True, True)
    assert (True, False) in known


def test_of_the_test_set_alone_nothing_else_is_said(stripes, net):
    evaluation = Evaluation(of_both=False).more(net, stripes)
    assert evaluation.finished
    record = evaluation.of(Record(0, 0.0, 0.0), stripes)
    assert record.test_accuracy == net.accuracy(stripes.x_test, stripes.t_test)
    assert record.train_accuracy is record.vanished is None
