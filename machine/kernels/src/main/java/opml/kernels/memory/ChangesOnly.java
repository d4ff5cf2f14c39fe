package opml.kernels.memory;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Stands at a kernel that changes only some bytes of the segments that it changes in place.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface ChangesOnly {
  /// {@return what tells which; it has a public constructor without parameters}
  Class<? extends Changes> value();
}
