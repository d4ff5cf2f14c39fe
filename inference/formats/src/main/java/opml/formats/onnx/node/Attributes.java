package opml.formats.onnx.node;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import opml.core.codec.Names;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxType;
import opml.formats.refusal.Reason.Kind;
import org.jspecify.annotations.Nullable;

/// A node's attributes by name. Those that nobody asked for are refused at the end: an attribute that we do
/// not know may change what the node means.
public final class Attributes {
  private final Map<String, OnnxAttribute> unread = new HashMap<>();

  public Attributes(List<OnnxAttribute> attributes) {
    for (OnnxAttribute attribute : attributes) {
      if (unread.put(attribute.name(), attribute) != null) {
        throw new RefusedNode("attribute " + Names.shown(attribute.name()) + " is given twice", "");
      }
    }
  }

  /// {@return an integer from `min` to `max`}
  public int integer(String name, int ifAbsent, int min, int max) {
    @Nullable OnnxAttribute attribute = unread.remove(name);
    if (attribute == null) {
      return ifAbsent;
    }
    if (!(attribute instanceof OnnxAttribute.IntValue value)) {
      throw wrongType(attribute, "an int");
    }
    if (value.value() < min || value.value() > max) {
      throw new RefusedNode(
          "attribute " + name + " is out of range", value.value() + ", not " + min + " to " + max);
    }
    return (int) value.value();
  }

  public boolean flag(String name, boolean ifAbsent) {
    return integer(name, ifAbsent ? 1 : 0, 0, 1) == 1;
  }

  public float real(String name, float ifAbsent) {
    @Nullable OnnxAttribute attribute = unread.remove(name);
    if (attribute == null) {
      return ifAbsent;
    }
    if (!(attribute instanceof OnnxAttribute.FloatValue value)) {
      throw wrongType(attribute, "a float");
    }
    return value.value();
  }

  /// {@return a list of floats of any length; empty if absent}
  public float[] reals(String name) {
    return any(name)
        .map(
            attribute -> {
              if (attribute instanceof OnnxAttribute.Floats value) {
                float[] values = new float[value.values().size()];
                for (int i = 0; i < values.length; i++) {
                  values[i] = value.values().get(i);
                }
                return values;
              }
              throw wrongType(attribute, "a list of floats");
            })
        .orElseGet(() -> new float[0]);
  }

  /// {@return a list of strings of any length; empty if absent}
  public List<String> texts(String name) {
    return any(name)
        .map(
            attribute -> {
              if (attribute instanceof OnnxAttribute.Texts value) {
                return value.values();
              }
              throw wrongType(attribute, "a list of strings");
            })
        .orElseGet(List::of);
  }

  public String text(String name, String ifAbsent) {
    @Nullable OnnxAttribute attribute = unread.remove(name);
    if (attribute == null) {
      return ifAbsent;
    }
    if (!(attribute instanceof OnnxAttribute.Text value)) {
      throw wrongType(attribute, "a string");
    }
    return value.value();
  }

  public boolean has(String name) {
    return unread.containsKey(name);
  }

  /// {@return a list of integers of any length, or absent}
  public Optional<long[]> longs(String name) {
    return any(name)
        .map(
            attribute -> {
              if (attribute instanceof OnnxAttribute.Ints value) {
                return value.values().stream().mapToLong(i -> i).toArray();
              }
              throw wrongType(attribute, "a list of ints");
            });
  }

  /// {@return `size` integers from `min` to `max`, or absent}
  public Optional<int[]> integers(String name, int size, int min, int max) {
    Optional<long[]> longs = longs(name);
    if (longs.isEmpty()) {
      return Optional.empty();
    }
    long[] values = longs.get();
    if (values.length != size) {
      throw new RefusedNode(
          "attribute " + name + " has the wrong length", values.length + ", not " + size);
    }
    int[] integers = new int[size];
    for (int i = 0; i < size; i++) {
      long entry = values[i];
      if (entry < min || entry > max) {
        throw new RefusedNode(
            "attribute " + name + " is out of range", entry + ", not " + min + " to " + max);
      }
      integers[i] = (int) entry;
    }
    return Optional.of(integers);
  }

  /// {@return the attribute of whatever type, or absent}
  public Optional<OnnxAttribute> any(String name) {
    return Optional.ofNullable(unread.remove(name));
  }

  public Optional<Tensor> tensor(String name) {
    return any(name)
        .map(
            attribute -> {
              if (attribute instanceof OnnxAttribute.TensorValue value) {
                if (value.tensor().type().flatMap(OnnxType::element).isEmpty()) {
                  throw new RefusedNode(
                      Kind.TYPE, "type of attribute " + name, value.tensor().describe());
                }
                return value.value();
              }
              throw wrongType(attribute, "a tensor");
            });
  }

  public void end() {
    if (!unread.isEmpty()) {
      throw new RefusedNode(
          "unknown attributes: " + Names.list(unread.keySet().stream().sorted().toList()), "");
    }
  }

  private static RefusedNode wrongType(OnnxAttribute attribute, String wanted) {
    return new RefusedNode("attribute " + attribute.name() + " is not " + wanted, "");
  }
}
