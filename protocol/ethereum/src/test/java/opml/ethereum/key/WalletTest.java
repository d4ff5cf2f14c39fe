package opml.ethereum.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Random;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.UnsignedTransaction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WalletTest {
  /// The first account of every development chain.
  private static final String KEY =
      "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

  private static final String ADDRESS = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";

  /// The example of the Web3 Secret Storage Definition; its password is `testpassword`. (Its scrypt
  /// example breaks scrypt's own rule N < 2^(16 r); the one below was made with Node's crypto.)
  private static final String PBKDF2 =
      """
      {"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"6087dab2f9fdbbfaddc31a909735c1e6"},
      "ciphertext":"5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46","kdf":"pbkdf2",
      "kdfparams":{"c":262144,"dklen":32,"prf":"hmac-sha256",
      "salt":"ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd"},
      "mac":"517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2"},
      "id":"3198bc9c-6672-5ab3-d995-4942343ae5b6","version":3}
      """;

  private static final String STORED_KEY =
      "0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d";

  @TempDir Path folder;

  private Path file(String name, String content, String permissions) throws IOException {
    Path file = Files.writeString(folder.resolve(name), content);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-------", "r--------"})
  void aKeyFileOfItsOwnerIsRead(String permissions) throws IOException {
    assertThat(Wallet.load(file("a", KEY + "\n", permissions)).address()).hasToString(ADDRESS);
    assertThat(Wallet.load(file("b", "0x" + KEY, permissions)).address()).hasToString(ADDRESS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rwx------", "rw-rw-rw-"})
  void aKeyFileOpenToOthersIsRefused(String permissions) throws IOException {
    Path file = file("loose", KEY, permissions);
    assertThatThrownBy(() -> Wallet.load(file))
        .isInstanceOf(KeyException.class)
        .hasMessageContaining("open to others")
        .hasMessageContaining(permissions)
        .hasMessageContaining("chmod 600 " + file);
  }

  @Test
  void whatIsNotAKeyIsRefusedWithoutShowingIt() throws IOException {
    Random random = new Random(1);
    for (String content :
        new String[] {
          "",
          "secret words",
          KEY + "00",
          "0x" + "0".repeat(64),
          "f".repeat(64),
          "{\"a\":1}",
          Long.toString(random.nextLong()),
          "x".repeat(100_000)
        }) {
      Path file = file("wrong", content, "rw-------");
      assertThatThrownBy(() -> Wallet.load(file))
          .isInstanceOf(KeyException.class)
          .hasMessageContaining(file.toString())
          .satisfies(
              e -> assertThat(content.isEmpty() || !e.getMessage().contains(content)).isTrue());
    }
    assertThatThrownBy(() -> Wallet.load(folder.resolve("none")))
        .hasMessageContaining("no key file");
    assertThatThrownBy(() -> Wallet.load(folder)).isInstanceOf(KeyException.class);
  }

  @Test
  void aNewKeyIsForItsOwnerOnlyAndNeverOverwritesAnother() throws IOException {
    Path file = folder.resolve("new");
    Wallet made = Wallet.create(file);
    assertThat(Wallet.load(file).address()).isEqualTo(made.address());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThatThrownBy(() -> Wallet.create(file)).hasMessageContaining("exists already");
    assertThat(Wallet.load(file).address()).isEqualTo(made.address());
    assertThatThrownBy(() -> Wallet.create(folder.resolve("none/new")))
        .hasMessageContaining("its folder is not there");
  }

  @Test
  void aKeystoreOpensWithItsPassphrase() throws IOException {
    Path store = file("store", PBKDF2, "rw-------");
    Wallet wallet = Wallet.load(store, file("pass", "testpassword\n", "r--------"));
    assertThat(wallet.address()).isEqualTo(Wallet.of(Bytes32.ofHex(STORED_KEY)).address());
    Path wrong = file("wrong", "testpasswort", "r--------");
    assertThatThrownBy(() -> Wallet.load(store, wrong))
        .isInstanceOf(KeyException.class)
        .hasMessageContaining("wrong passphrase");
    Path open = file("open", "testpassword", "rw-r--r--");
    assertThatThrownBy(() -> Wallet.load(store, open)).hasMessageContaining("open to others");
  }

  @Test
  void aScryptKeystoreOpensWithItsPassphrase() throws IOException {
    String json =
        """
        {"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"09090909090909090909090909090909"},
        "ciphertext":"813823d5008c409befe97e5170e45febfe31df57c462157d4c3415d7fedd7979","kdf":"scrypt",
        "kdfparams":{"dklen":32,"n":4096,"r":8,"p":6,
        "salt":"0707070707070707070707070707070707070707070707070707070707070707"},
        "mac":"7f5ffa0e8e1f25e2458d09ffa6d9a547e71f552a5b801081b6ed4cb667de2c36"},"version":3}
        """;
    Wallet wallet =
        Wallet.load(file("store", json, "rw-------"), file("pass", "testpassword", "rw-------"));
    assertThat(wallet.address()).isEqualTo(Wallet.of(Bytes32.ofHex(STORED_KEY)).address());
  }

  @Test
  void aKeystoreIsWrittenForItsPassphraseAndItsOwnerOnly() throws IOException {
    Path pass = file("pass", "päss words\n", "rw-------");
    Path store = folder.resolve("store");
    Wallet made = Wallet.create(store, pass);
    assertThat(Wallet.load(store, pass).address()).isEqualTo(made.address());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(store)))
        .isEqualTo("rw-------");
    assertThatThrownBy(() -> Wallet.load(store, file("other", "pass words", "rw-------")))
        .hasMessageContaining("wrong passphrase");
    assertThatThrownBy(() -> Wallet.create(store, pass)).hasMessageContaining("exists already");
    Path empty = file("empty", "\n", "rw-------");
    assertThatThrownBy(() -> Wallet.create(folder.resolve("no"), empty))
        .hasMessageContaining("no passphrase");
    assertThat(folder.resolve("no")).doesNotExist();

    Path plain = file("plain", KEY, "rw-------");
    Path encrypted = folder.resolve("encrypted");
    assertThat(Wallet.encrypt(plain, encrypted, pass).address()).hasToString(ADDRESS);
    assertThat(Wallet.load(encrypted, pass).address()).hasToString(ADDRESS);
    assertThat(Files.readString(encrypted)).doesNotContain(KEY);
    assertThat(ListedKey.of(encrypted))
        .isEqualTo(new ListedKey(encrypted, true, Optional.of(Address.ofHex(ADDRESS))));
    assertThat(ListedKey.of(plain))
        .isEqualTo(new ListedKey(plain, false, Optional.of(Address.ofHex(ADDRESS))));
    assertThat(ListedKey.of(file("nameless", PBKDF2, "rw-------")).address()).isEmpty();
    assertThatThrownBy(() -> ListedKey.of(file("words", "{words}", "rw-------")))
        .isInstanceOf(KeyException.class)
        .hasMessageContaining("not JSON");
  }

  @Test
  void aDamagedKeystoreIsAKeyException() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Path pass = file("pass", "testpassword", "rw-------");
    String quick = PBKDF2.replace("262144", "2");
    for (int i = 0; i < 300; i++) {
      StringBuilder text = new StringBuilder(quick);
      text.setCharAt(random.nextInt(text.length()), (char) (32 + random.nextInt(95)));
      Path store = file("damaged", text.toString(), "rw-------");
      assertThatThrownBy(() -> Wallet.load(store, pass))
          .as("seed %d, round %d", seed, i)
          .isInstanceOf(KeyException.class);
    }
    for (String greedy : new String[] {"\"n\":1073741824,\"r\":8", "\"n\":2,\"r\":2147483647"}) {
      Path store =
          file(
              "greedy",
              quick.replace("pbkdf2", "scrypt").replace("\"c\":2", greedy + ",\"p\":1"),
              "rw-------");
      assertThatThrownBy(() -> Wallet.load(store, pass)).hasMessageContaining("too much memory");
    }
  }

  @Test
  void aWalletNeverShowsItsKey() {
    assertThat(Wallet.of(Bytes32.ofHex(KEY))).hasToString("wallet of " + ADDRESS);
  }

  @Test
  void aTransactionIsSignedAsType2() {
    Call call = Call.transfer(Address.ofHex("0x" + "00".repeat(19) + "01"), Wei.of(1));
    UnsignedTransaction transaction =
        new UnsignedTransaction(31337, 0, 21000, Wei.of(1), Wei.of(2), call);
    assertThat(Wallet.of(Bytes32.ofHex(KEY)).sign(transaction).toString())
        .startsWith("0x02f864827a69800102825208940000000000000000000000000000000000000001");
  }
}
