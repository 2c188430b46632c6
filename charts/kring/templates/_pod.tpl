{{/* The one pod that every workload, hook and test is made of:
     kring.pod (dict "root" $ "name" NAME "role" ROLE "restart" "Always"). */}}
{{- define "kring.pod" -}}
{{- $root := .root -}}
{{- $role := .role -}}
automountServiceAccountToken: false
{{/* Links would tell of each Service in variables such as KRING_SEARCH_PORT, and Kring refuses
     settings that it does not know. */ -}}
enableServiceLinks: false
restartPolicy: {{ .restart }}
terminationGracePeriodSeconds: {{ $role.graceSeconds }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: {type: RuntimeDefault}
{{- with $root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with $role.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $role.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $role.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- if gt (int $role.replicas) 1 }}
topologySpreadConstraints:
  {{- range $role.spread }}
  - topologyKey: {{ . }}
    maxSkew: 1
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{- include "kring.selector" $ | nindent 8 }}
  {{- end }}
{{- end }}
containers:
  - name: kring
    image: {{ include "kring.image" $root }}
    imagePullPolicy: {{ $root.Values.image.pullPolicy }}
    {{- with $role.command }}
    command: {{ toJson . }}
    {{- end }}
    args: {{ toJson $role.args }}
    securityContext:
      allowPrivilegeEscalation: false
      readOnlyRootFilesystem: true
      capabilities: {drop: [ALL]}
    env: {{- include "kring.environment" . | nindent 6 }}
    resources: {{- toYaml $role.resources | nindent 6 }}
    {{- if eq .restart "Always" }}
    {{- include "kring.probes" . | nindent 4 }}
    {{- end }}
    volumeMounts:
      - {name: data, mountPath: /data}
      - {name: tmp, mountPath: /tmp}
      {{- range $index, $mount := $root.Values.mounts }}
      - {name: secret-{{ $index }}, mountPath: {{ $mount.path }}, readOnly: true}
      {{- end }}
volumes:
  {{- if eq $role.volume "claim" }}
  - name: data
    persistentVolumeClaim:
      claimName: {{ $root.Values.persistence.existingClaim | default (include "kring.name" (dict "root" $root "name" "data")) }}
  {{- else }}
  - name: data
    emptyDir: {sizeLimit: 256Mi}
  {{- end }}
  - name: tmp
    emptyDir: {sizeLimit: 256Mi}
  {{- range $index, $mount := $root.Values.mounts }}
  - name: secret-{{ $index }}
    secret: {secretName: {{ $mount.secret }}, defaultMode: 0440}
  {{- end }}
{{- end -}}

{{/* Every process answers to operators on a port of its own. Alive: its loops turned lately, so that a
     server that is away restarts nobody. Ready: each of its roles can do its work. A role that serves
     lingers, so that whoever still sends it requests is answered. */}}
{{- define "kring.probes" -}}
{{- $role := .role -}}
ports:
  {{- if $role.serves }}
  - {name: http, containerPort: 8080}
  {{- end }}
  - {name: probes, containerPort: 9180}
startupProbe:
  httpGet: {path: /readyz, port: probes}
  periodSeconds: 5
  timeoutSeconds: 5
  failureThreshold: {{ div $role.startSeconds 5 }}
readinessProbe:
  httpGet: {path: /readyz, port: probes}
  periodSeconds: 5
  timeoutSeconds: 5
  failureThreshold: 2
livenessProbe:
  httpGet: {path: /livez, port: probes}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
{{- if $role.serves }}
lifecycle:
  preStop:
    sleep: {seconds: {{ .root.Values.lingerSeconds }}}
{{- end }}
{{- end -}}
