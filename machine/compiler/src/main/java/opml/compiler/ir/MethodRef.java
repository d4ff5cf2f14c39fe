package opml.compiler.ir;

/// A method by the class file's names: internal class name, method name, descriptor.
public record MethodRef(String owner, String name, String descriptor)
    implements Comparable<MethodRef> {
  /// {@return the class in source form, with dots}
  public String className() {
    return owner.replace('/', '.');
  }

  @Override
  public int compareTo(MethodRef other) {
    return toString().compareTo(other.toString());
  }

  @Override
  public String toString() {
    return className() + "." + name + descriptor;
  }
}
