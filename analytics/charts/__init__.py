"""The only code that knows plotly: a frame whose columns hold every display fact, and a figure of it."""
