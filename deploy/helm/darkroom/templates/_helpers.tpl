{{- define "darkroom.labels" -}}
{{ include "darkroom.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{/* Takes (dict "root" $ "component" "api"); so do all of these. */}}
{{- define "darkroom.selector" -}}
app.kubernetes.io/name: darkroom
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "darkroom.name" -}}
{{ printf "%s-%s" .root.Release.Name .component | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "darkroom.image" -}}
{{ .root.Values.image.prefix }}darkroom-{{ .component }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}
{{- end }}

{{- define "darkroom.claim" -}}
{{ .Values.disk.existingClaim | default (printf "%s-data" .Release.Name) }}
{{- end }}

{{/* The shutdown's steps besides running requests or jobs take up to 20 seconds: see "Shutdown" in docs/operations.md. */}}
{{- define "darkroom.shutdownSeconds" -}}
{{ add 20 (ceil (divf .Values.shutdownTimeoutMs 1000)) }}
{{- end }}

{{/* Of the pod: nobody is root, and nothing talks to Kubernetes. */}}
{{- define "darkroom.podSecurity" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
securityContext:
  runAsNonRoot: true
  # The user `node` of the image.
  runAsUser: 1000
  runAsGroup: 1000
  fsGroup: 1000
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "darkroom.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
{{- end }}

{{/* Settings, which are not secret: a map of names and values. */}}
{{- define "darkroom.settings" -}}
{{- range $name, $value := . }}
- name: {{ $name }}
  value: {{ $value | toString | quote }}
{{- end }}
{{- end }}

{{- define "darkroom.secret" -}}
- name: {{ .name }}
  valueFrom: { secretKeyRef: { name: {{ .secret }}, key: {{ .key }} } }
{{- end }}

{{/* What API and workers have in common. */}}
{{- define "darkroom.env" -}}
{{ include "darkroom.secret" (dict "name" "REDIS_URL" "secret" .Values.redis.existingSecret "key" .Values.redis.key) }}
- name: SHUTDOWN_TIMEOUT_MS
  value: {{ .Values.shutdownTimeoutMs | int | quote }}
{{- if eq .Values.storage "s3" }}
- name: STORAGE
  value: s3
{{- with .Values.s3.endpoint }}
- name: S3_ENDPOINT
  value: {{ . | quote }}
{{- end }}
{{- with .Values.s3.region }}
- name: S3_REGION
  value: {{ . | quote }}
{{- end }}
- name: S3_BUCKET
  value: {{ required "s3.bucket is required with storage: s3" .Values.s3.bucket | quote }}
- name: S3_FORCE_PATH_STYLE
  value: {{ .Values.s3.forcePathStyle | quote }}
{{ include "darkroom.secret" (dict "name" "S3_ACCESS_KEY" "secret" .Values.s3.existingSecret "key" "S3_ACCESS_KEY") }}
{{ include "darkroom.secret" (dict "name" "S3_SECRET_KEY" "secret" .Values.s3.existingSecret "key" "S3_SECRET_KEY") }}
{{- end }}
{{- if .Values.authority.existingConfigMap }}
- name: NODE_EXTRA_CA_CERTS
  value: /authority/{{ .Values.authority.key }}
{{- end }}
{{- end }}

{{- define "darkroom.volumeMounts" -}}
- { name: data, mountPath: /data }
- { name: tmp, mountPath: /tmp }
{{- if .Values.authority.existingConfigMap }}
- { name: authority, mountPath: /authority, readOnly: true }
{{- end }}
{{- end }}

{{- define "darkroom.volumes" -}}
- name: data
  {{- if eq .Values.storage "s3" }}
  emptyDir: { sizeLimit: {{ .Values.s3.scratchSize }} }
  {{- else }}
  persistentVolumeClaim: { claimName: {{ include "darkroom.claim" . }} }
  {{- end }}
- name: tmp
  emptyDir: { sizeLimit: 1Gi }
{{- with .Values.authority.existingConfigMap }}
- name: authority
  configMap: { name: {{ . }} }
{{- end }}
{{- end }}

{{/* One replica per node as far as possible. */}}
{{- define "darkroom.spread" -}}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{- include "darkroom.selector" . | nindent 8 }}
{{- end }}
