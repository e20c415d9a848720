from simplenet.study.swapped import network_of


def test_only_the_two_digits_are_learned_the_wrong_way_round(mnist):
    x, t = mnist.pixels_test[:2000], mnist.t_test[:2000].argmax(axis=1)
    plain, swapped = (network_of(mnist, 0, two) for two in (None, (4, 9)))
    read, wrong = (net.predict(x).argmax(axis=1) for net in (plain, swapped))
    for digit, other in ((4, 9), (9, 4)):
        assert (read[t == digit] == digit).mean() > 0.6
        assert (wrong[t == digit] == other).mean() > 0.6
    others = (t != 4) & (t != 9)
    assert (wrong[others] == t[others]).mean() > 0.75
    again = network_of(mnist, 0, (4, 9))
    assert all((again.params[key] == swapped.params[key]).all() for key in again.params)
