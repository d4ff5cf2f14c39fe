package opml.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import opml.llm.session.Embedder;

/// Embeds the texts of a request, one after the other, and writes what becomes of them.
final class EmbeddingWork implements Runnable, Errand, Whole {
  private final EmbeddingReader.Request request;
  private final String name;
  private final ServedModel model;
  private final EmbedderShelf shelf;
  private final Metrics metrics;
  private final BlockingQueue<Heard> heard = new ArrayBlockingQueue<>(1);
  private final List<float[]> vectors = new ArrayList<>();
  private volatile boolean unwanted;

  /// @param name what clients call the model
  EmbeddingWork(
      EmbeddingReader.Request request,
      String name,
      ServedModel model,
      EmbedderShelf shelf,
      Metrics metrics) {
    this.request = request;
    this.name = name;
    this.model = model;
    this.shelf = shelf;
    this.metrics = metrics;
  }

  @Override
  public Optional<Heard> next(long millis) throws InterruptedException {
    return Optional.ofNullable(heard.poll(millis, TimeUnit.MILLISECONDS));
  }

  @Override
  public void cancel() {
    unwanted = true;
  }

  /// Nobody waits any more, or this thread is to end.
  private static final class GoneException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private void requireWanted() {
    if (unwanted || Thread.currentThread().isInterrupted()) {
      throw new GoneException();
    }
  }

  @Override
  public void run() {
    try {
      requireWanted();
      Embedder embedder = shelf.of(model.engine());
      for (int[] text : request.texts()) {
        vectors.add(embedder.embed(this::requireWanted, text));
        metrics.read(text.length, 0);
      }
      heard.add(new Heard.Done());
    } catch (GoneException e) {
      metrics.cancelled();
      heard.add(new Heard.Failed(ApiException.unavailable("The server ends.")));
    } catch (OutOfMemoryError e) {
      heard.add(
          new Heard.Failed(
              ApiException.unavailable("There is no memory for another text: " + e.getMessage())));
    } catch (RuntimeException | Error e) {
      heard.add(new Heard.Failed(ApiException.broken(e)));
    }
  }

  @Override
  public void keep(Heard.Said said) {
    throw new AssertionError("an embedding says nothing");
  }

  @Override
  public void keep(Heard.Ended ended) {
    throw new AssertionError("an embedding says nothing");
  }

  @Override
  public void keep(Heard.Made made) {
    throw new AssertionError("an embedding says nothing");
  }

  @Override
  public ObjectNode whole() {
    ObjectNode object = ApiBody.MAPPER.createObjectNode().put("object", "list");
    ArrayNode data = object.putArray("data");
    for (float[] vector : vectors) {
      ObjectNode each = data.addObject().put("object", "embedding").put("index", data.size() - 1);
      if (request.isBase64()) {
        each.put("embedding", base64(vector));
      } else {
        ArrayNode elements = each.putArray("embedding");
        for (float element : vector) {
          elements.add(element);
        }
      }
    }
    int tokens = request.tokens();
    object
        .put("model", name)
        .putObject("usage")
        .put("prompt_tokens", tokens)
        .put("total_tokens", tokens);
    return object;
  }

  private static String base64(float... vector) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Float.BYTES * vector.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float element : vector) {
      bytes.putFloat(element);
    }
    return Base64.getEncoder().encodeToString(bytes.array());
  }
}
