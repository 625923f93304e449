"""What a WSGI server imports as `wsgi:app`."""

from backend.app import create_app

app = create_app(has_commands=False)
app.extensions["modelport.process"].start()
