package io.penstock.simulator;

import io.penstock.simulator.WireDialect.JsonBody;
import org.jspecify.annotations.Nullable;

/**
 * An error that the simulated API answers with, in the provider's own words. Carries no stack: it
 * is an answer, not a defect.
 */
final class ApiException extends Exception {
  private final int status;
  private final String type;
  private final @Nullable String parameter;
  private final @Nullable String code;
  private final transient @Nullable JsonBody details;

  /**
   * @param type the provider's word in the error object
   * @param parameter the field at fault; null where there is none or the dialect does not name it
   * @param code OpenAI's, or the one in Anthropic's details; null where there is none
   */
  ApiException(
      int status, String type, String message, @Nullable String parameter, @Nullable String code) {
    this(status, type, message, parameter, code, null);
  }

  private ApiException(
      int status,
      String type,
      String message,
      @Nullable String parameter,
      @Nullable String code,
      @Nullable JsonBody details) {
    super(message, null, false, false);
    this.status = status;
    this.type = type;
    this.parameter = parameter;
    this.code = code;
    this.details = details;
  }

  /** An error without parameter and code. */
  ApiException(int status, String type, String message) {
    this(status, type, message, null, null);
  }

  /**
   * The same with further members of the error object, where the dialect has such.
   *
   * @param more writes them
   */
  ApiException with(JsonBody more) {
    return new ApiException(status, type, text(), parameter, code, more);
  }

  int status() {
    return status;
  }

  String type() {
    return type;
  }

  /** What went wrong, for the caller of the API. */
  String text() {
    return String.valueOf(getMessage());
  }

  @Nullable String parameter() {
    return parameter;
  }

  @Nullable String code() {
    return code;
  }

  @Nullable JsonBody details() {
    return details;
  }
}
