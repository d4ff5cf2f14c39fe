package opml.ethereum.key;

import java.math.BigInteger;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.UnsignedTransaction;
import opml.ethereum.send.Signer;
import org.web3j.crypto.Credentials;
import org.web3j.crypto.ECKeyPair;
import org.web3j.crypto.RawTransaction;
import org.web3j.crypto.Sign;
import org.web3j.crypto.TransactionEncoder;

/// A secp256k1 key and what it can do: sign transactions of its account, and digests. Nobody gets the key out
/// again, and `toString` shows the address only.
public final class Wallet implements Signer {
  private final Credentials credentials;
  private final Address address;

  private Wallet(BigInteger key) {
    this.credentials = Credentials.create(ECKeyPair.create(key));
    this.address = Address.ofHex(credentials.getAddress());
  }

  /// {@return the wallet of a file with a private key: 64 hex digits, with or without 0x}
  ///
  /// @throws KeyException if the file is missing, open to others than its owner, or not a key
  public static Wallet load(Path keyFile) {
    return KeyFile.readKey(keyFile);
  }

  /// {@return the wallet of a web3 keystore (version 3), decrypted with the first line of another
  /// file}
  ///
  /// @throws KeyException if a file is missing, open to others than its owner, or does not fit
  public static Wallet load(Path keystore, Path passphraseFile) {
    return KeyFile.readKeystore(keystore, passphraseFile);
  }

  /// Makes a new key, and a new file for it that only its owner may read.
  ///
  /// @throws KeyException if the file exists or cannot be written
  public static Wallet create(Path keyFile) {
    return KeyFile.createKey(keyFile);
  }

  /// Makes a new key, and a new keystore for it that only its owner may read, encrypted with the first line of another
  /// file.
  ///
  /// @throws KeyException if the keystore exists or cannot be written, or there is no passphrase
  public static Wallet create(Path keystore, Path passphraseFile) {
    return KeyFile.createKeystore(keystore, passphraseFile);
  }

  /// Writes the private key of a file into a new keystore that only its owner may read, encrypted with the first line
  /// of a third file. The first file stays.
  ///
  /// @throws KeyException if there is no key, or no passphrase, or the keystore exists or cannot be written
  public static Wallet encrypt(Path keyFile, Path keystore, Path passphraseFile) {
    return KeyFile.encrypt(keyFile, keystore, passphraseFile);
  }

  /// {@return the wallet of a private key}
  ///
  /// @throws IllegalArgumentException if it is 0 or not below the order of the curve
  public static Wallet of(Bytes32 privateKey) {
    BigInteger key = new BigInteger(1, privateKey.toArray());
    if (key.signum() == 0 || key.compareTo(Sign.CURVE_PARAMS.getN()) >= 0) {
      throw new IllegalArgumentException("not a private key: 0, or beyond the order of the curve");
    }
    return new Wallet(key);
  }

  /// {@return the wallet of a new key, which is nowhere but in it}
  public static Wallet ofChance() {
    byte[] key = new byte[Bytes32.BYTES];
    new SecureRandom().nextBytes(key);
    // A key of 0 or beyond the curve's order, once in 2^127 tries, is the caller's to try again.
    return of(Bytes32.of(key));
  }

  @Override
  public Address address() {
    return address;
  }

  @Override
  public Data sign(UnsignedTransaction transaction) {
    Call call = transaction.call();
    RawTransaction raw =
        RawTransaction.createTransaction(
            transaction.chainId(),
            BigInteger.valueOf(transaction.nonce()),
            BigInteger.valueOf(transaction.gasLimit()),
            call.to().map(Address::toString).orElse(""),
            call.value().value(),
            HexFormat.of().formatHex(call.data().toArray()),
            transaction.tip().value(),
            transaction.maxFee().value());
    return Data.of(TransactionEncoder.signMessage(raw, credentials));
  }

  /// {@return this account's signature of a digest}; of what it is the digest is the caller's to know
  public Signature sign(Bytes32 digest) {
    return Signature.of(Sign.signMessage(digest.toArray(), credentials.getEcKeyPair(), false));
  }

  @Override
  public String toString() {
    return "wallet of " + address;
  }
}
