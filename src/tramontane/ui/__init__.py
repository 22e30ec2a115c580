"""The screens' common floor: tokens, layout, components, French formats. Knows no other app."""
