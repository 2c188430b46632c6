{{/* The variables of a pod: what the chart decides, then the settings by value and by Secret. */}}
{{- define "kring.environment" -}}
{{- $root := .root -}}
{{- $role := .role -}}
{{- $settings := mergeOverwrite (deepCopy $root.Values.settings) (deepCopy $role.settings) -}}
{{- $secrets := mergeOverwrite (deepCopy $root.Values.settingsFrom) (deepCopy $role.settingsFrom) -}}
{{- if eq $root.Values.mode "split" -}}
{{- range list "bus" "database" "index" "tasks" "cache" -}}
{{- if not (or (hasKey $settings .) (hasKey $secrets .)) -}}
{{- fail (printf "settings.%s (or settingsFrom.%s): say where it is; the default is for one process alone" . .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
- {name: KRING_DATA, value: /data}
- {name: KRING_HOST, value: 0.0.0.0}
- {name: KRING_PORT, value: "8080"}
- {name: KRING_PROBE_HOST, value: 0.0.0.0}
- {name: KRING_PROBE_PORT, value: "9180"}
- {name: KRING_DRAIN_SECONDS, value: {{ $root.Values.drainSeconds | toString | quote }}}
{{- if eq $root.Values.mode "split" }}
- {name: KRING_PEERS, value: "http://{{ $root.Release.Name }}-{service}:8080"}
{{- end }}
- name: KRING_SECRET
  valueFrom: {secretKeyRef: {name: {{ required "secret.name: the Secret that values.yaml describes" $root.Values.secret.name }}, key: {{ $root.Values.secret.secretKey }}}}
- name: KRING_OPERATOR_KEY
  valueFrom: {secretKeyRef: {name: {{ $root.Values.secret.name }}, key: {{ $root.Values.secret.operatorKey }}}}
- name: KRING_VAULT_KEY
  valueFrom: {secretKeyRef: {name: {{ $root.Values.secret.name }}, key: {{ $root.Values.secret.vaultKey }}}}
{{- range $name, $value := $settings }}
{{- if not (hasKey $secrets $name) }}
- {name: KRING_{{ upper $name }}, value: {{ $value | toString | quote }}}
{{- end }}
{{- end }}
{{- range $name, $from := $secrets }}
- name: KRING_{{ upper $name }}
  valueFrom: {secretKeyRef: {name: {{ $from.name }}, key: {{ $from.key }}}}
{{- end }}
{{- end -}}
