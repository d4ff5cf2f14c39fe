package opml.store;

import org.jspecify.annotations.Nullable;

/// Why a store did not do something. One case for each reaction.
public abstract sealed class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private StoreException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /// The database does not answer, or does not take more for now. The same call may succeed later. Whether this one did
  /// is open: it did as a whole, or not at all.
  public static final class Unavailable extends StoreException {
    private static final long serialVersionUID = 1;

    public Unavailable(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /// There is no room left. The same call may succeed once there is.
  public static final class Full extends StoreException {
    private static final long serialVersionUID = 1;

    public Full(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /// The store cannot be used as it is: not a database, damaged, not to be written.
  public static final class Unusable extends StoreException {
    private static final long serialVersionUID = 1;

    public Unusable(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /// It is the store of something else: another hub, another chain, a newer version of opml.
  public static final class Foreign extends StoreException {
    private static final long serialVersionUID = 1;

    public Foreign(String message) {
      super(message, null);
    }
  }

  /// Another process has the account.
  public static final class Locked extends StoreException {
    private static final long serialVersionUID = 1;

    public Locked(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /// Another process has taken the account over since this store was opened. This one must not go on.
  public static final class Fenced extends StoreException {
    private static final long serialVersionUID = 1;

    public Fenced(String message) {
      super(message, null);
    }
  }

  /// A block does not follow the one before it, or would undo what is final.
  public static final class Misfit extends StoreException {
    private static final long serialVersionUID = 1;

    public Misfit(String message) {
      super(message, null);
    }
  }

  /// What stands says otherwise than what is to be written, of something that has one value.
  public static final class Contradiction extends StoreException {
    private static final long serialVersionUID = 1;

    public Contradiction(String message) {
      super(message, null);
    }
  }
}
