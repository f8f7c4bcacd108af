package io.penstock.yaml;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a key of a configuration file may hold. The key's name is the component's name in
 * snake_case.
 */
@Target(ElementType.RECORD_COMPONENT)
@Retention(RetentionPolicy.RUNTIME)
public @interface Key {
  /** The value when the key is absent, as YAML; empty: none, and the component is null. */
  String fallback() default "";

  boolean required() default false;

  double min() default Double.NEGATIVE_INFINITY;

  double max() default Double.POSITIVE_INFINITY;

  /** The allowed words; empty: any. */
  String[] oneOf() default {};

  /**
   * Takes all keys of the record that no other component takes; for a {@code Map<String,
   * JsonNode>}.
   */
  boolean rest() default false;
}
