"""The room of the widget TrainingStudio."""
