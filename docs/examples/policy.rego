# What thresholds cannot say. The package is `porthole`, or one below it.
# `input` is the report as `--format json` writes it (crates/report/schema/report-1.schema.json); fields without a value are null.
# `data.context` holds `today` (YYYY-MM-DD), `imageDays` and `baseDays`.
package porthole

# Packages of the own build must come from a distribution or from a registry of a language, never from an unknown binary.
deny contains msg if {
	some one in input.packages
	one.origin == "own"
	one.visible
	one.kind == "generic"
	msg := sprintf("%s %s at %s is no package of anybody", [one.name, one.version, one.path])
}

# A secret in a file that a later layer deletes is worse than one that is seen: somebody believes that it is gone.
deny contains {"rule": "deleted-secret", "msg": msg} if {
	some secret in input.secrets
	not secret.visible
	secret.harmless == null
	secret.allowedBy == null
	msg := sprintf("%s in %s was deleted in layer %d and is still shipped", [secret.title, secret.path, secret.removedIn])
}

# An image for production is built from our own base.
deny contains "the base image is not ours" if {
	not startswith(input.image.base.name, "registry.example.org/base/")
}

deny contains msg if {
	data.context.imageDays > 30
	not regex.match(`:lts-`, input.image.names[0])
	msg := sprintf("%d days old: rebuild", [data.context.imageDays])
}
