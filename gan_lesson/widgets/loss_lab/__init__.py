"""The room of the widget LossLab."""
