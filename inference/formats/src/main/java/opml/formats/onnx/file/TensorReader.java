package opml.formats.onnx.file;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import opml.core.codec.MalformedException;
import opml.core.codec.Names;
import opml.formats.file.ByteSource;

/// Reads the current field, which has been named, as a `TensorProto`: what it is called and how it is declared. The
/// data are passed over and read when they are asked for ([StoredTensor]).
final class TensorReader {
  private static final int EXTERNAL = 1;

  private final ProtobufReader in;
  private final ByteSource source;
  private final ModelFolder folder;
  private final boolean alone;

  /// @param alone whether no tensor may have its data beside the file
  TensorReader(ProtobufReader in, ByteSource source, boolean alone) {
    this.in = in;
    this.source = source;
    this.folder = new ModelFolder(source.folder());
    this.alone = alone;
  }

  OnnxTensor read(String what) {
    long from = in.position();
    long to = in.contentEnd();
    in.open(what);
    OnnxTensor tensor = fields(from, to);
    in.close();
    return tensor;
  }

  /// Reads all there is as one tensor.
  OnnxTensor whole() {
    return fields(0, source.size());
  }

  private OnnxTensor fields(long from, long to) {
    String name = "";
    List<Long> dims = new ArrayList<>();
    long type = 0;
    long location = 0;
    long raw = 0;
    long floats = 0;
    long ints = 0;
    long longs = 0;
    long doubles = 0;
    long unsigned = 0;
    long strings = 0;
    boolean segmented = false;
    Map<String, String> external = new HashMap<>();
    while (in.next()) {
      switch (in.field()) {
        case 1 -> in.repeated("dims").numbers(dim -> dims.add(counted(dim)));
        case 2 -> type = in.single("data_type").number();
        case 3 -> {
          segmented = true;
          in.skip();
        }
        case 4 -> floats += in.skip();
        case 5 -> ints += in.skip();
        case 7 -> longs += in.skip();
        case 6 -> strings += in.skip();
        case 8 -> name = in.single("name").text();
        case 9 -> raw = in.single("raw_data").skipContent();
        case 10 -> doubles += in.skip();
        case 11 -> unsigned += in.skip();
        case 13 -> external(external);
        case 14 -> location = in.single("data_location").number();
        default -> in.skip();
      }
    }
    if (location < 0 || location > EXTERNAL) {
      throw in.damaged("expected data_location 0 (in the file) or 1 (external), found " + location);
    }
    String place = in.place("") + (name.isEmpty() ? "" : " (" + Names.shown(name) + ")");
    if (alone && location == EXTERNAL) {
      throw new MalformedException(
          "%s, %s: its data lie in %s, beside the model, which a file from a stranger may not have"
              .formatted(
                  source.name(), place, Names.shown(external.getOrDefault("location", "no file"))));
    }
    int typeCode = Math.clamp(type, -1, Integer.MAX_VALUE);
    StoredTensor stored =
        new StoredTensor(
            source,
            folder,
            place,
            from,
            to,
            typeCode,
            List.copyOf(dims),
            new StoredTensor.Held(raw, floats, ints, longs, doubles, unsigned, strings, segmented),
            location == EXTERNAL ? Optional.of(Map.copyOf(external)) : Optional.empty());
    return new OnnxTensor(name, stored);
  }

  private long counted(long dim) {
    in.count();
    return dim;
  }

  private void external(Map<String, String> entries) {
    String key = "";
    String value = "";
    in.entry("external_data").open("external_data");
    while (in.next()) {
      switch (in.field()) {
        case 1 -> key = in.single("key").text();
        case 2 -> value = in.single("value").text();
        default -> in.skip();
      }
    }
    if (entries.put(key, value) != null) {
      throw in.damaged("expected each key once, found " + Names.shown(key) + " twice");
    }
    in.close();
  }
}
