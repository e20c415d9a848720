"""What the Draw page is made of, beside the canvas: the own set, the model card, the doubt."""
