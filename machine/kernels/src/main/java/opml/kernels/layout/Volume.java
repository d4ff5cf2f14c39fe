package opml.kernels.layout;

/// The size of an image in three dimensions; one in two has the depth 1.
public record Volume(int depth, int height, int width) {
  /// {@return its elements}
  public int size() {
    return depth * height * width;
  }

  /// {@return how many rows plane z has: none outside of the image}
  public int rows(int z) {
    return z >= 0 && z < depth ? height : 0;
  }
}
