"""One module a page or a small group of pages. A view reads the request, calls one service or selectors, renders."""
