/// Keys of accounts: [opml.agent.key.Wallet] holds one and signs, [opml.agent.key.KeyFile] reads it
/// from a file that nobody else may read, [opml.agent.key.Keystore] decrypts one.
///
/// A key never travels in an argument, an environment variable, a log or a message.
@NullMarked
package opml.agent.key;

import org.jspecify.annotations.NullMarked;
