"""What bodies look like: triangles with painted textures, and the rays that meet them."""
