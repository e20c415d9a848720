"""What a browser sends, as the tests of the pages send it."""

import base64
import io
import json

import numpy as np
from PIL import Image
from streamlit.proto.WidgetStates_pb2 import WidgetState


def png_url(image):
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


STROKE = {"type": "Path", "path": [["M", 1, 2], ["L", 3, 4.5]], "stroke": "#ffffff", "fill": None}
DRAWN = png_url(np.full((280, 280, 4), 255, np.uint8))


def widgets_of(app):
    return app.session_state._state._state._new_widget_state.widget_metadata


def send(app, values):
    """Run the page as if a browser had sent these values, by the id of the widget."""
    states = app._tree.get_widget_states()
    kept = [state for state in states.widgets if state.id not in values]
    del states.widgets[:]
    states.widgets.extend(kept)
    states.widgets.extend(WidgetState(id=wid, **value) for wid, value in values.items())
    return app._run(states)


def component(app, key):
    """What a component was told last."""
    (found,) = (
        element.proto for element in app.get("bidi_component") if element.proto.id.endswith(key)
    )
    return json.loads(found.json or found.mixed.json)


def widget(app, key):
    (wid,) = (wid for wid in widgets_of(app) if wid.endswith(key))
    return wid
