package opml.ethereum.key;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.generators.PKCS5S2ParametersGenerator;
import org.bouncycastle.crypto.generators.SCrypt;
import org.bouncycastle.crypto.params.KeyParameter;

/// The web3 secret storage, version 3: a key encrypted by AES-128-CTR under a key that scrypt or
/// PBKDF2 derives from a passphrase, with a Keccak tag.
///
/// Source: the Ethereum wiki, *Web3 Secret Storage Definition*. The derivation's cost comes from the
/// file and is bounded here, so that a hostile file cannot take the machine's memory.
final class Keystore {
  private static final int KEY_BYTES = 32;
  private static final long MAX_SCRYPT_BYTES = 512L << 20;
  private static final int MAX_PBKDF2_ROUNDS = 10_000_000;

  /// What new files cost whoever guesses at their passphrase: 256 MiB and a second a guess, as geth's standard.
  private static final int SCRYPT_N = 1 << 18;

  private static final int SCRYPT_R = 8;
  private static final int SCRYPT_P = 1;

  private final Path file;

  private Keystore(Path file) {
    this.file = file;
  }

  static Wallet decrypt(Path file, String json, String passphrase) {
    return new Keystore(file).decrypt(json, passphrase.getBytes(StandardCharsets.UTF_8));
  }

  /// {@return the file of a key, encrypted}
  ///
  /// @param key a valid private key
  static String encrypt(Bytes32 key, String passphrase) {
    SecureRandom random = new SecureRandom();
    byte[] salt = new byte[32];
    byte[] iv = new byte[16];
    random.nextBytes(salt);
    random.nextBytes(iv);
    byte[] secret = passphrase.getBytes(StandardCharsets.UTF_8);
    byte[] derived = SCrypt.generate(secret, salt, SCRYPT_N, SCRYPT_R, SCRYPT_P, KEY_BYTES);
    byte[] encrypted = aes(Cipher.ENCRYPT_MODE, Arrays.copyOf(derived, 16), iv, key.toArray());
    ObjectNode root = new ObjectMapper().createObjectNode();
    String address = Wallet.of(key).address().toString();
    root.put("version", 3).put("id", UUID.randomUUID().toString());
    root.put("address", address.substring(2));
    ObjectNode crypto = root.putObject("crypto");
    crypto.put("cipher", "aes-128-ctr").put("ciphertext", hex(encrypted));
    crypto.putObject("cipherparams").put("iv", hex(iv));
    crypto.put("kdf", "scrypt");
    crypto
        .putObject("kdfparams")
        .put("n", SCRYPT_N)
        .put("r", SCRYPT_R)
        .put("p", SCRYPT_P)
        .put("dklen", KEY_BYTES)
        .put("salt", hex(salt));
    crypto.put("mac", hex(tag(derived, encrypted)));
    return root.toString();
  }

  /// {@return the address that a file names, without its passphrase}; nothing if it names none
  ///
  /// @throws KeyException if it is no keystore
  static Optional<Address> address(Path file, String json) {
    Keystore keystore = new Keystore(file);
    JsonNode root = keystore.parse(json);
    keystore.require(root.path("version").asInt() == 3, "version is not 3");
    String hex = "0x" + named(root);
    return hex.matches("0x[0-9a-f]{40}") ? Optional.of(Address.ofHex(hex)) : Optional.empty();
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private static byte[] tag(byte[] derived, byte[] encrypted) {
    byte[] tagged = Arrays.copyOfRange(derived, 16, 32 + encrypted.length);
    System.arraycopy(encrypted, 0, tagged, 16, encrypted.length);
    return Keccak.hash(tagged).toArray();
  }

  private Wallet decrypt(String json, byte[] passphrase) {
    JsonNode root = parse(json);
    JsonNode crypto = root.path("crypto");
    require(root.path("version").asInt() == 3, "version is not 3");
    require("aes-128-ctr".equals(crypto.path("cipher").asText()), "cipher is not aes-128-ctr");
    byte[] encrypted = bytes(crypto, "ciphertext", KEY_BYTES);
    byte[] derived = derive(crypto, passphrase);
    if (!MessageDigest.isEqual(tag(derived, encrypted), bytes(crypto, "mac", Bytes32.BYTES))) {
      throw new KeyException("wrong passphrase for keystore " + file + ", or the file is damaged");
    }
    byte[] iv = bytes(crypto.path("cipherparams"), "iv", 16);
    Wallet wallet = wallet(aes(Cipher.DECRYPT_MODE, Arrays.copyOf(derived, 16), iv, encrypted));
    requireAddress(root, wallet);
    return wallet;
  }

  private JsonNode parse(String json) {
    try {
      return new ObjectMapper().readTree(json);
    } catch (JacksonException e) {
      // The message would quote the file.
      throw new KeyException("keystore " + file + " is not JSON");
    }
  }

  private byte[] derive(JsonNode crypto, byte[] passphrase) {
    JsonNode params = crypto.path("kdfparams");
    byte[] salt = bytes(params, "salt", -1);
    require(params.path("dklen").asInt() == KEY_BYTES, "dklen is not 32");
    String kdf = crypto.path("kdf").asText();
    return switch (kdf) {
      case "scrypt" -> scrypt(params, passphrase, salt);
      case "pbkdf2" -> pbkdf2(params, passphrase, salt);
      default -> throw malformed("unknown kdf");
    };
  }

  private byte[] scrypt(JsonNode params, byte[] passphrase, byte[] salt) {
    int n = params.path("n").asInt();
    int r = params.path("r").asInt();
    int p = params.path("p").asInt();
    require(n > 1 && Integer.bitCount(n) == 1 && r > 0 && p > 0 && p <= 16, "no such scrypt");
    require(r <= 64 && 128L * n * r <= MAX_SCRYPT_BYTES, "scrypt takes too much memory");
    try {
      return SCrypt.generate(passphrase, salt, n, r, p, KEY_BYTES);
    } catch (IllegalArgumentException e) {
      throw malformed("no such scrypt");
    }
  }

  private byte[] pbkdf2(JsonNode params, byte[] passphrase, byte[] salt) {
    int rounds = params.path("c").asInt();
    require("hmac-sha256".equals(params.path("prf").asText()), "prf is not hmac-sha256");
    require(rounds > 0 && rounds <= MAX_PBKDF2_ROUNDS, "no such number of rounds");
    PKCS5S2ParametersGenerator generator = new PKCS5S2ParametersGenerator(new SHA256Digest());
    generator.init(passphrase, salt, rounds);
    return ((KeyParameter) generator.generateDerivedMacParameters(8 * KEY_BYTES)).getKey();
  }

  private static byte[] aes(int mode, byte[] key, byte[] iv, byte[] text) {
    try {
      Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
      cipher.init(mode, new SecretKeySpec(key, "AES"), new IvParameterSpec(iv));
      return cipher.doFinal(text);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no AES in counter mode", e);
    }
  }

  private Wallet wallet(byte[] key) {
    try {
      return Wallet.of(Bytes32.of(key));
    } catch (IllegalArgumentException e) {
      throw malformed("no private key inside");
    }
  }

  private void requireAddress(JsonNode root, Wallet wallet) {
    String named = named(root);
    boolean same = named.isEmpty() || wallet.address().toString().equals("0x" + named);
    require(same, "the address is not that of the key");
  }

  private static String named(JsonNode root) {
    return root.path("address").asText().toLowerCase(Locale.ROOT).replaceFirst("^0x", "");
  }

  private byte[] bytes(JsonNode parent, String field, int length) {
    String hex = parent.path(field).asText();
    try {
      byte[] bytes = HexFormat.of().parseHex(hex.startsWith("0x") ? hex.substring(2) : hex);
      require(length < 0 ? bytes.length > 0 : bytes.length == length, "no such " + field);
      return bytes;
    } catch (IllegalArgumentException e) {
      throw malformed("no such " + field);
    }
  }

  private void require(boolean condition, String problem) {
    if (!condition) {
      throw malformed(problem);
    }
  }

  private KeyException malformed(String problem) {
    return new KeyException("keystore " + file + ": " + problem);
  }
}
