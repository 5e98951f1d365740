"""The room of the widget LatentExplorer."""
