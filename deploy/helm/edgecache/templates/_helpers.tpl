{{- define "edgecache.labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "edgecache.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}

{{/* The nodes by names that last: an address would be a new one after each restart, and with it the home of every digest. */}}
{{- define "edgecache.members" -}}
{{- range $index := until (int .Values.node.replicas) -}}
{{- if $index }},{{ end -}}
http://{{ $.Release.Name }}-node-{{ $index }}.{{ $.Release.Name }}-nodes:5000
{{- end -}}
{{- end -}}

{{/* What nodes and balancer have in common. */}}
{{- define "edgecache.environment" -}}
- name: EDGECACHE__FLEET__MEMBERS
  value: {{ include "edgecache.members" . | quote }}
- name: EDGECACHE__FLEET__SECRETFILE
  value: /etc/edgecache-fleet/secret
- name: EDGECACHE__TELEMETRY__METRICSLISTEN
  value: http://0.0.0.0:5002
{{- if .Values.redis.secretName }}
- name: EDGECACHE__REDIS__CONFIGURATIONFILE
  value: /etc/edgecache-redis/configuration
{{- end }}
{{- end -}}

{{- define "edgecache.mounts" -}}
- name: configuration
  mountPath: /etc/edgecache
  readOnly: true
- name: fleet
  mountPath: /etc/edgecache-fleet
  readOnly: true
{{- if .Values.redis.secretName }}
- name: redis
  mountPath: /etc/edgecache-redis
  readOnly: true
{{- end }}
{{- end -}}

{{- define "edgecache.volumes" -}}
- name: configuration
  configMap:
    name: {{ .Release.Name }}
- name: fleet
  secret:
    secretName: {{ .Values.fleet.secretName }}
    defaultMode: 0440
{{- if .Values.redis.secretName }}
- name: redis
  secret:
    secretName: {{ .Values.redis.secretName }}
    defaultMode: 0440
{{- end }}
{{- end -}}

{{- define "edgecache.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1654
runAsGroup: 1654
fsGroup: 1654
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "edgecache.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}
