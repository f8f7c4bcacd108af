package io.penstock.domain;

import java.io.Serializable;
import java.util.Objects;
import java.util.Set;

/**
 * One turn of a prompt.
 *
 * @param role one of {@link #ROLES}
 * @param content never empty for a request that is sent
 */
public record Message(String role, String content) implements Serializable {
  public static final String SYSTEM = "system";
  public static final String DEVELOPER = "developer";
  public static final String USER = "user";
  public static final String ASSISTANT = "assistant";

  /** The roles a prompt may have; tool results need ids that a prompt row does not carry. */
  public static final Set<String> ROLES = Set.of(SYSTEM, DEVELOPER, USER, ASSISTANT);

  public Message {
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(content, "content");
  }

  /**
   * True for the turns that instruct the model: {@code system} and its newer name {@code
   * developer}.
   */
  public boolean isInstruction() {
    return role.equals(SYSTEM) || role.equals(DEVELOPER);
  }
}
