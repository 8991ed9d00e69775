"""Components of our own for the browser: each a folder of Python, JavaScript, CSS and HTML. They know no page."""
