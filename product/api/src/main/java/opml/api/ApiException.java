package opml.api;

import org.jspecify.annotations.Nullable;

/// What is wrong with a request, as OpenAI's API tells it.
final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// The status of a request that does not come to its end in time.
  static final int TOO_SLOW = 408;

  private final int status;
  private final String type;
  private final @Nullable String param;
  private final @Nullable String code;

  private ApiException(
      int status, String type, @Nullable String param, @Nullable String code, String message) {
    super(message);
    this.status = status;
    this.type = type;
    this.param = param;
    this.code = code;
  }

  /// {@return that a request is wrong}
  static ApiException invalid(String message) {
    return new ApiException(400, "invalid_request_error", null, null, message);
  }

  /// {@return that a field of a request is wrong}
  ///
  /// @param param the field
  static ApiException invalid(String param, String message) {
    return new ApiException(400, "invalid_request_error", param, null, message);
  }

  /// {@return that a field is wrong in a way that programs know by name}
  static ApiException invalid(String param, String code, String message) {
    return new ApiException(400, "invalid_request_error", param, code, message);
  }

  /// {@return that a request is wrong in a way that has an HTTP status of its own}
  static ApiException refused(int status, @Nullable String code, String message) {
    return new ApiException(status, "invalid_request_error", null, code, message);
  }

  /// {@return that there is no such model}
  static ApiException noModel(String name) {
    return new ApiException(
        404,
        "invalid_request_error",
        "model",
        "model_not_found",
        "The model `%s` does not exist here.".formatted(name));
  }

  /// {@return that there is not what a field names}
  static ApiException missing(String param, String message) {
    return new ApiException(404, "invalid_request_error", param, "not_found", message);
  }

  /// {@return that there is too much to do}
  static ApiException busy() {
    return new ApiException(
        429,
        "rate_limit_error",
        null,
        "rate_limit_exceeded",
        "There are too many requests; try again in a moment.");
  }

  /// {@return that the server cannot do now what it should}
  static ApiException unavailable(String message) {
    return new ApiException(503, "server_error", null, "unavailable", message);
  }

  /// {@return that something here is wrong}
  static ApiException broken(Throwable cause) {
    return new ApiException(
        500, "server_error", null, null, "This is a bug of the server: " + cause);
  }

  int status() {
    return status;
  }

  String type() {
    return type;
  }

  @Nullable String param() {
    return param;
  }

  @Nullable String code() {
    return code;
  }
}
