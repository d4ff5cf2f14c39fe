package opml.core.simd;

/// The module of the Vector API, which is an incubator's: loaded when it is wanted.
public final class VectorModule {
  public static final String NAME = "jdk.incubator.vector";

  private VectorModule() {}

  /// {@return whether it is there}, loaded now at the latest
  ///
  /// Java warns whenever it starts with a module of an incubator, but not of one that is loaded later. To load it, as
  /// the JDK does with modules of its own, takes an export that the launcher's jar asks for in its manifest.
  public static boolean isThere() {
    if (ModuleLayer.boot().findModule(NAME).isPresent()) {
      return true;
    }
    try {
      Class.forName("jdk.internal.module.Modules")
          .getMethod("loadModule", String.class)
          .invoke(null, NAME);
      return true;
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }
}
