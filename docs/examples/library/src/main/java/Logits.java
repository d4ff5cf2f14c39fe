import java.nio.file.Path;
import java.util.Map;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.session.OnnxSession;

void main() throws Exception {
  try (OnnxSession session = OnnxSession.open(Path.of("model.onnx"))) {
    session.inputs().forEach(IO::println);                  // image f32 1x1x28x28
    Tensor image = Tensor.ofFloats(Shape.of(1, 1, 28, 28), new float[28 * 28]);
    Tensor logits = session.run(Map.of("image", image)).get("logits");
    IO.println(logits.floats()[0]);
    IO.println(session.commit(Map.of("image", image)).finalState());
  }
}
