"""The room of the widget TimeMachine."""
