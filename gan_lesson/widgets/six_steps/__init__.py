"""The room of the widget SixSteps."""
