{{/* What a role is called in this release: kring.name (dict "root" $ "name" "search-api"). */}}
{{- define "kring.name" -}}
{{ printf "%s-%s" .root.Release.Name .name | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{/* What never changes about a role's pods, and chooses them. */}}
{{- define "kring.selector" -}}
app.kubernetes.io/name: kring
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .name }}
{{- end -}}

{{- define "kring.labels" -}}
{{ include "kring.selector" . }}
app.kubernetes.io/version: {{ .root.Values.image.tag | default .root.Chart.AppVersion | trunc 63 | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "kring.image" -}}
{{- $image := .Values.image -}}
{{- if $image.digest -}}
{{ $image.repository }}@{{ $image.digest }}
{{- else -}}
{{ $image.repository }}:{{ required "image.tag: say which version, as in --set image.tag=0.1.0" $image.tag }}
{{- end -}}
{{- end -}}

{{/* The roles of the mode, whole: each with what it starts from. As YAML, by name. */}}
{{- define "kring.roles" -}}
{{- $root := . -}}
{{- $roles := dict -}}
{{- range $name, $own := index .Values.roles .Values.mode -}}
{{- $role := mergeOverwrite (deepCopy $root.Values.defaults) (deepCopy $own) -}}
{{- $least := add $root.Values.lingerSeconds $root.Values.drainSeconds 10 -}}
{{- if lt ($role.graceSeconds | int64) $least -}}
{{- fail (printf "roles.%s.%s.graceSeconds: at least %d (lingerSeconds + drainSeconds + 10), or it is ended before it has finished" $root.Values.mode $name $least) -}}
{{- end -}}
{{- $_ := set $roles $name $role -}}
{{- end -}}
{{- toYaml $roles -}}
{{- end -}}

{{/* Whether something else than the chart decides how many of a role there are: cpu, lag or nothing. */}}
{{- define "kring.scaledBy" -}}
{{- $by := .role.scale.by | default "" -}}
{{- if and $by (index .root.Values.scaling $by) -}}{{ $by }}{{- end -}}
{{- end -}}

{{/* The brokers, and the namespace in front of each topic, out of settings.bus. */}}
{{- define "kring.brokers" -}}
{{- $bus := .Values.settings.bus | default "" -}}
{{- $found := regexFind "://[^/?]+" $bus | trimPrefix "://" -}}
{{- required "kafka.bootstrap: say where the brokers are, since settings.bus does not" (.Values.kafka.bootstrap | default $found) -}}
{{- end -}}
{{- define "kring.prefix" -}}
{{- $bus := .Values.settings.bus | default "" -}}
{{- $path := regexFind "://[^/?]+/[A-Za-z0-9_-]+" $bus -}}
{{- $namespace := .Values.kafka.namespace | default (regexReplaceAll "^://[^/]+/" $path "") -}}
{{- if $namespace -}}{{ $namespace }}.{{- end -}}
{{- end -}}
