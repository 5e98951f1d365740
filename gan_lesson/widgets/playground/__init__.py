"""The room of the widget Playground."""
