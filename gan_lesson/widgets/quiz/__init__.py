"""The room of the widget Quiz."""
