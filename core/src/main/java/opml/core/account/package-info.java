/// Who has money, and how much: [opml.core.account.Address] and [opml.core.account.Wei].
package opml.core.account;
