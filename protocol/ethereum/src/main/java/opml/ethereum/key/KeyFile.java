package opml.ethereum.key;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import opml.core.hash.Bytes32;

/// Files with secrets in them. Only their owner may read them; anything else is refused before a
/// byte is read.
final class KeyFile {
  private static final int MAX_BYTES = 64 << 10;

  private static final Set<PosixFilePermission> OWNER_ONLY =
      EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  private KeyFile() {}

  static Wallet readKey(Path file) {
    return Wallet.of(privateKey(file));
  }

  private static Bytes32 privateKey(Path file) {
    String text = read(file).strip();
    if (text.startsWith("{")) {
      throw new KeyException(
          "key file " + file + " is an encrypted keystore: name its passphrase file");
    }
    if (!text.matches("(0x)?[0-9a-fA-F]{64}")) {
      throw new KeyException("key file " + file + " is not a private key (64 hex digits)");
    }
    try {
      Bytes32 key = Bytes32.ofHex(text);
      Wallet.of(key);
      return key;
    } catch (IllegalArgumentException e) {
      throw new KeyException("key file " + file + " is " + e.getMessage());
    }
  }

  static Wallet readKeystore(Path file, Path passphraseFile) {
    return Keystore.decrypt(file, read(file), passphrase(passphraseFile));
  }

  private static String passphrase(Path file) {
    return read(file).lines().findFirst().orElse("");
  }

  /// {@return what a file with a key in it says of itself, encrypted or not}
  static ListedKey describe(Path file) {
    String text = read(file).strip();
    return text.startsWith("{")
        ? new ListedKey(file, true, Keystore.address(file, text))
        : new ListedKey(file, false, Optional.of(readKey(file).address()));
  }

  static Wallet createKey(Path file) {
    Bytes32 key = newKey();
    Wallet wallet = Wallet.of(key);
    write(file, key + "\n");
    return wallet;
  }

  static Wallet createKeystore(Path file, Path passphraseFile) {
    return writeKeystore(newKey(), file, passphraseFile);
  }

  static Wallet encrypt(Path keyFile, Path keystore, Path passphraseFile) {
    return writeKeystore(privateKey(keyFile), keystore, passphraseFile);
  }

  private static Wallet writeKeystore(Bytes32 key, Path file, Path passphraseFile) {
    String passphrase = passphrase(passphraseFile);
    if (passphrase.isEmpty()) {
      throw new KeyException(
          "passphrase file " + passphraseFile + " has no passphrase in its first line");
    }
    Wallet wallet = Wallet.of(key);
    write(file, Keystore.encrypt(key, passphrase) + "\n");
    return wallet;
  }

  /// {@return a key of chance}; one of 0 or beyond the curve's order, once in 2^127 tries, is the caller's to try again
  private static Bytes32 newKey() {
    byte[] key = new byte[Bytes32.BYTES];
    new SecureRandom().nextBytes(key);
    return Bytes32.of(key);
  }

  private static void write(Path file, String text) {
    // The permissions are part of the creation: the file is never open to others, not for a moment.
    try (var channel =
        Files.newByteChannel(
            file,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(OWNER_ONLY))) {
      channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
    } catch (FileAlreadyExistsException e) {
      throw new KeyException("key file " + file + " exists already; it is not overwritten");
    } catch (NoSuchFileException e) {
      throw new KeyException("cannot write key file " + file + ": its folder is not there", e);
    } catch (AccessDeniedException e) {
      throw new KeyException(
          "cannot write key file " + file + ": this user may not write to its folder", e);
    } catch (IOException | UnsupportedOperationException e) {
      throw new KeyException("cannot write key file " + file + ": " + e.getMessage(), e);
    }
  }

  private static String read(Path file) {
    try {
      requireOwnerOnly(file);
      try (InputStream in = Files.newInputStream(file)) {
        byte[] bytes = in.readNBytes(MAX_BYTES + 1);
        if (bytes.length > MAX_BYTES) {
          throw new KeyException("key file " + file + " is too large to be a key");
        }
        return new String(bytes, StandardCharsets.UTF_8);
      }
    } catch (NoSuchFileException e) {
      throw new KeyException("no key file " + file);
    } catch (AccessDeniedException e) {
      throw new KeyException("key file " + file + " may not be read by this user", e);
    } catch (IOException e) {
      throw new KeyException("cannot read key file " + file + ": " + e.getMessage(), e);
    } catch (UnsupportedOperationException e) {
      throw new KeyException(
          "cannot tell who may read key file " + file + " on this file system", e);
    }
  }

  private static void requireOwnerOnly(Path file) throws IOException {
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
    if (!Files.isRegularFile(file)) {
      throw new KeyException("key file " + file + " is not a regular file");
    }
    if (!OWNER_ONLY.containsAll(permissions)) {
      throw new KeyException(
          "key file %s is open to others or executable (%s): run chmod 600 %s"
              .formatted(file, PosixFilePermissions.toString(permissions), file));
    }
  }
}
