/// Keys of accounts: [opml.ethereum.key.Wallet] holds one and signs, [opml.ethereum.key.KeyFile] reads it
/// from a file that nobody else may read, [opml.ethereum.key.Keystore] encrypts and decrypts one. A
/// [opml.ethereum.key.RemoteSigner] asks somebody else who holds one.
///
/// A [opml.ethereum.key.TypedDomain] says what signatures of typed data are for, a [opml.ethereum.key.Signature] whose
/// one is.
///
/// A key never travels in an argument, an environment variable, a log or a message.
@NullMarked
package opml.ethereum.key;

import org.jspecify.annotations.NullMarked;
