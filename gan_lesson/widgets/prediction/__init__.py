"""The room of the widget Prediction."""
