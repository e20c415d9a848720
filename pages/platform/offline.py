"""Nothing leaves the server: Streamlit asks nobody under which address it can be reached.

To compare a foreign page's address with its own, and for its first words in the terminal, Streamlit
asks a server of Amazon for the address under which the world sees this one, and stands still until
it answers: two seconds and more where there is no network. It has no option against that. Nobody
needs the answer: the app's own pages are let in under any host name, and foreign ones are not.

``python -m pages.platform.offline run app.py`` is ``streamlit run app.py`` that has never asked.
"""

from __future__ import annotations


def stay_offline() -> None:
    """Hide from Streamlit every address of this machine but those that it was given."""
    # In here, as the worker processes import this file as the main file of their parent.
    from streamlit import net_util

    net_util.get_external_ip = _unknown
    net_util.get_internal_ip = _unknown


def _unknown() -> None:
    """Return no address."""
    return None


if __name__ == "__main__":
    from simplenet.cli.interrupts import end_at_once

    end_at_once()  # While Streamlit is loaded; its server takes Ctrl-C by itself.
    from streamlit.web.cli import main

    stay_offline()
    main(prog_name="streamlit")
