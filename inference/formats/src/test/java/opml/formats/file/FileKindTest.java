package opml.formats.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import opml.core.codec.MalformedException;
import opml.formats.ModelLoader;
import opml.formats.onnx.file.OnnxWriter;
import opml.formats.onnx.file.RawMessage;
import opml.formats.onnx.file.RawModels;
import opml.formats.onnx.file.SampleModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileKindTest {
  @TempDir private Path folder;

  @Test
  void filesOfOtherProgramsAreCalledByTheirNames() throws IOException {
    refused(new byte[0], "this is an empty file");
    refused("<!DOCTYPE html>\n<html lang=\"en\">", "this is an HTML page");
    refused("\n <HTML>", "this is an HTML page");
    refused((char) 0xfeff + "<html>", "this is an HTML page");
    refused("#!/bin/sh\necho hello\n", "this is a text file");
    refused("{\"ir_version\": 8}", "this is a text file");
    refused(
        "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 26454\n",
        "this is a git-LFS pointer, the model itself was not fetched");
    refused(zip("archive/data.pkl"), "this is a PyTorch file; export the model with torch.onnx");
    refused(zip("readme.txt"), "this is a zip archive");
    refused(
        HexFormat.of().parseHex("80028a0a6cfc9c46f9206aa850192e"), "this is a Python pickle, as");
    refused(HexFormat.of().parseHex("894844460d0a1a0a0000"), "this is an HDF5 file");
    refused(HexFormat.of().parseHex("934e554d5059010076007b27"), "this is a NumPy array");
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
      out.write(OnnxWriter.write(SampleModel.dense()));
    }
    refused(zipped.toByteArray(), "this is a gzip archive");
    byte[] tar = new byte[1024];
    System.arraycopy("model.onnx".getBytes(StandardCharsets.UTF_8), 0, tar, 0, 10);
    System.arraycopy("ustar".getBytes(StandardCharsets.UTF_8), 0, tar, 257, 5);
    refused(tar, "this is a tar archive");
  }

  @Test
  void languageModelsAreRefusedWithTheCommandThatTakesThem() throws IOException {
    languageModel(littleEndian(0x46554747, 3, 0, 0), "a GGUF file");
    languageModel(littleEndian(64, 172, 5, 8, 4, -512, 512), "a llama2.c checkpoint");
    languageModel(littleEndian(0x616b3432, 1, 64, 172), "a llama2.c checkpoint");
    byte[] header = "{\"w\":{\"dtype\":\"F32\"}}".getBytes(StandardCharsets.UTF_8);
    languageModel(
        ByteBuffer.allocate(8 + header.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(header.length)
            .put(header)
            .array(),
        "a safetensors file");
  }

  @Test
  void modelFormatsToComeAreRefusedByName() throws IOException {
    problem(
        littleEndian(28, 0x334c4654, 0, 0), "this is a TFLite file, which is not supported yet");
  }

  @Test
  void bytesThatBeginLikeNothingAreNoModel() throws IOException {
    problem(new byte[100], "not an ONNX file: it does not begin with a field of a model");
    problem(
        HexFormat.of().parseHex("0bff00"),
        "not an ONNX file: it does not begin with a field of a model");
    // a message of another program: field 1 is text there, a number in a model
    problem(
        new RawMessage().with(1, "\1\2").toBytes(),
        "not an ONNX file: it does not begin with a field of a model");
    problem(new RawMessage().with(1, 8).toBytes(), "not an ONNX file: it has no graph");
  }

  @Test
  void onlyRegularFilesAreOpened() throws IOException {
    assertThatThrownBy(() -> ModelLoader.graph(folder))
        .isInstanceOf(MalformedException.class)
        .hasMessage(folder + ": this is a folder");
    Path device = Path.of("/dev/zero");
    if (Files.exists(device)) {
      assertThatThrownBy(() -> ModelLoader.graph(device))
          .isInstanceOf(MalformedException.class)
          .hasMessage("/dev/zero: this is a device or pipe, expected a regular file");
    }
    assertThatThrownBy(() -> ModelLoader.graph(folder.resolve("none.onnx")))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void aModelIsNothingElse() {
    assertThat(FileKind.of(OnnxWriter.write(SampleModel.dense()))).isEqualTo(FileKind.ONNX);
    assertThat(FileKind.of(RawModels.externalSum(2, "w.bin"))).isEqualTo(FileKind.ONNX);
  }

  private void refused(String text, String problem) throws IOException {
    refused(text.getBytes(StandardCharsets.UTF_8), problem);
  }

  private void refused(byte[] bytes, String problem) throws IOException {
    problem(bytes, "not a model file: " + problem);
  }

  private void languageModel(byte[] bytes, String what) throws IOException {
    String command = "./opml run -m " + folder.resolve("model.bin");
    problem(bytes, "this is %s; if it is a language model: %s".formatted(what, command));
  }

  private void problem(byte[] bytes, String problem) throws IOException {
    Path file = Files.write(folder.resolve("model.bin"), bytes);
    assertThatThrownBy(() -> ModelLoader.load(file))
        .isInstanceOf(MalformedException.class)
        .hasMessageStartingWith(file + ": " + problem);
    assertThatThrownBy(() -> ModelLoader.loadAlone(file, Long.MAX_VALUE))
        .isInstanceOf(MalformedException.class)
        .hasMessageStartingWith(file + ": " + problem);
  }

  private static byte[] zip(String name) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bytes)) {
      out.putNextEntry(new ZipEntry(name));
      out.write(1);
      out.closeEntry();
    }
    return bytes.toByteArray();
  }

  private static byte[] littleEndian(int... words) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * words.length).order(ByteOrder.LITTLE_ENDIAN);
    for (int word : words) {
      bytes.putInt(word);
    }
    return bytes.array();
  }
}
