"""Images of no known class: how strange features look, which measure of it serves best, where to draw the line."""
