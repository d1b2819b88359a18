// Generated from the OpenAPI document by scripts/api-types.ts: npm run check -- --fix
export interface paths {
    "/api/v1/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List tasks, newest first
         * @description With `batchId`, in the order in which the files were uploaded.
         */
        get: operations["listTasks"];
        put?: never;
        /**
         * Upload a photo, name its URL, or request a video
         * @description The response is sent as soon as the task is stored durably; workers then create its files. A photo is sent as a form, its URL or the input of a video as JSON.
         */
        post: operations["createTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a task
         * @description With `wait`, the response is sent when the task changes or no longer matches the ETag in If-None-Match, or after that many seconds.
         */
        get: operations["getTask"];
        put?: never;
        post?: never;
        /** Delete a task with all its files */
        delete: operations["deleteTask"];
        options?: never;
        head?: never;
        /**
         * Update a task
         * @description Only the given fields are changed.
         */
        patch: operations["updateTask"];
        trace?: never;
    };
    "/api/v1/tasks/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancel a pending or running task */
        post: operations["cancelTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Restart a finished task
         * @description Webhooks and the callbackUrl get this end too. People are only told of it with `notify=true`.
         */
        post: operations["retryTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{id}/download": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download a file
         * @description The first file, which is the largest variant of a photo, unless `file` or `resolution` selects another. Ranges are supported.
         */
        get: operations["downloadVariant"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{id}/download-url": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create a signed download URL
         * @description Whoever has it can download this one file until it expires, without an API key. It starts with `PUBLIC_URL`, otherwise with the host to which this request was sent.
         */
        post: operations["signDownload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get or stream the events of a task
         * @description With `Accept: text/event-stream`, a stream of past and future events until the task has ended; the data of each is a `TaskEvent`.
         */
        get: operations["listTaskEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get or stream the latest events of all tasks
         * @description With `Accept: text/event-stream`, a stream of events as they happen; an event `missed` means that there were others, so read the tasks again. Each API process keeps the latest 5000 events of a tenant, or fewer if many tenants are busy: enough to resume after an interruption, but no record. That is the log of each task.
         */
        get: operations["listEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/batches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List batches with their progress, newest first */
        get: operations["listBatches"];
        put?: never;
        /**
         * Upload many photos
         * @description Creates a task for each file; `items` has the order of the files in the form. A file that cannot be accepted does not affect the others; the request is only refused if all files are.
         */
        post: operations["createBatch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/batches/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the progress of a batch, with a page of its tasks
         * @description The tasks are in the order in which the files were uploaded. With `wait`, the response is sent when the progress changes or the page no longer matches the ETag in If-None-Match, or after that many seconds.
         */
        get: operations["getBatch"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/batches/{id}/download": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download the results of a batch as a zip
         * @description The largest file of each completed task, in the order in which the files were uploaded.
         */
        get: operations["downloadBatch"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/batches/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get or stream the events of all tasks of a batch
         * @description With `Accept: text/event-stream`, a stream of past and future events until all tasks have ended. It resumes after the position of any API process; if a task of the batch was deleted meanwhile, from the start.
         */
        get: operations["listBatchEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/uploads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Start a resumable upload
         * @description The protocol is tus 1.0.0 (https://tus.io), with the extensions creation, creation-with-upload, expiration and termination: use one of its clients. When the last byte has arrived, the upload becomes a task.
         */
        post: operations["createUpload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/uploads/direct": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Start an upload to the bucket
         * @description The response says how to send the bytes to the S3 server, which refuses any others. Then send `POST /uploads/{id}/complete`. Only with `STORAGE=s3`.
         */
        post: operations["createDirectUpload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/uploads/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the state of an upload
         * @description With `Tus-Resumable`, HEAD returns the Upload-Offset at which to continue.
         */
        get: operations["getUpload"];
        put?: never;
        post?: never;
        /**
         * Give up an upload
         * @description Its bytes are removed. A task that it has become stays.
         */
        delete: operations["deleteUpload"];
        options?: never;
        head?: never;
        /**
         * Send bytes of an upload
         * @description The response to the last bytes names the task in Location.
         */
        patch: operations["continueUpload"];
        trace?: never;
    };
    "/api/v1/uploads/{id}/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Turn an upload into a task
         * @description Needed after the bytes of `POST /uploads/direct` were sent. Their number and checksum are compared with what was announced. May be repeated: the task is the same.
         */
        post: operations["completeUpload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/photos": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Find photos by bib number
         * @description The photos with the surest reading come first.
         */
        get: operations["findPhotos"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/photos/{id}/bibs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Correct the bib numbers of a photo
         * @description Replaces all numbers of the photo by those that a person sees. They have the origin `person`, and neither a retry nor a roster changes them.
         */
        put: operations["correctPhotoBibs"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/albums": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List albums with their counts, those with the latest activity first */
        get: operations["listAlbums"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/albums/{album}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get an album with its counts */
        get: operations["getAlbum"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/albums/{album}/review": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the readings of an album to be reviewed
         * @description Numbers that are not on the roster, then those with the lowest confidence. A correction of the photo takes its readings off the list.
         */
        get: operations["listAlbumReview"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/albums/{album}/roster": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the roster of an album */
        get: operations["getRoster"];
        /**
         * Replace the roster of an album
         * @description The valid numbers of a race, at most 50000 and 1 bytes. A reading that is not one of them is corrected to the only one that a usual mistake explains, such as 1 and 7, or a hidden first digit; otherwise it is marked as `unlisted`. Photos that were read before are corrected in the background.
         */
        put: operations["putRoster"];
        post?: never;
        /**
         * Remove the roster of an album
         * @description Its corrections are undone in the background; those of people stay.
         */
        delete: operations["removeRoster"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/queues": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List queues with their job counts */
        get: operations["listQueues"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/queues/{name}/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the job counts of a queue */
        get: operations["getQueueStats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/queues/{name}/load": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the work in a queue, to start as many workers as it needs */
        get: operations["getQueueLoad"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/queues/{name}/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the jobs of a queue by state */
        get: operations["listQueueJobs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/queues/{name}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Pause a queue; running jobs finish */
        post: operations["pauseQueue"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/queues/{name}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Resume a paused queue */
        post: operations["resumeQueue"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List workers with what they are doing */
        get: operations["listWorkers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/dead-letters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List dead letters, or count them by error
         * @description `groupBy` can only be combined with `code`, `createdFrom` and `createdTo`.
         */
        get: operations["listDeadLetters"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/dead-letters/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restart failed tasks by ids or by filter */
        post: operations["replayDeadLetters"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get statistics over all tasks */
        get: operations["getStats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/assets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List all assets by name */
        get: operations["listAssets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/assets/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Download an asset */
        get: operations["getAsset"];
        /**
         * Store an asset, or replace it
         * @description The body is the picture itself: `curl -T harbour.jpg`. Tasks that were accepted before keep the old one.
         */
        put: operations["putAsset"];
        post?: never;
        /**
         * Delete a stored asset
         * @description Tasks that were accepted before keep it.
         */
        delete: operations["deleteAsset"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the uploads of each day, what is stored, and the quotas of your tenant
         * @description The days are also available as CSV (`Accept: text/csv`).
         */
        get: operations["getUsage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the keys of a tenant, newest first */
        get: operations["listKeys"];
        put?: never;
        /**
         * Create a key
         * @description With at most the scopes of the caller. Only administrators of the default tenant can name another tenant.
         */
        post: operations["createKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/keys/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replace a key
         * @description Creates a key with the same rights. The old one works until the grace period has passed.
         */
        post: operations["rotateKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke a key; every process refuses it within 5 seconds */
        delete: operations["revokeKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/upload-tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create a token with which a browser can upload
         * @description For `POST /api/v1/tasks` with a form, and nothing else. Its uploads belong to the tenant of the caller. It ends with the key that created it; uploads that are refused do not count.
         */
        post: operations["createUploadToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List all webhooks, newest first */
        get: operations["listWebhooks"];
        put?: never;
        /**
         * Create a webhook
         * @description From now on, events are sent to its URL as signed POST requests (Standard Webhooks). Other API processes know it within two seconds.
         */
        post: operations["createWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a webhook */
        get: operations["getWebhook"];
        put?: never;
        post?: never;
        /** Delete a webhook */
        delete: operations["deleteWebhook"];
        options?: never;
        head?: never;
        /**
         * Update a webhook, or switch it on or off
         * @description Only the given fields are changed. What was waiting for a webhook that is switched off has failed.
         */
        patch: operations["updateWebhook"];
        trace?: never;
    };
    "/api/v1/webhooks/{id}/secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the secrets that deliveries are signed with */
        get: operations["getWebhookSecret"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{id}/rotate-secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replace the secret
         * @description Until the grace period has passed, deliveries have a signature by each of the two secrets.
         */
        post: operations["rotateWebhookSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{id}/ping": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send a test event */
        post: operations["pingWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List deliveries and their attempts, newest first
         * @description They are kept for 30 days.
         */
        get: operations["listWebhookDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{id}/deliveries/{deliveryId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a delivery with its payload */
        get: operations["getWebhookDelivery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{id}/deliveries/{deliveryId}/resend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send a delivery again, with the same id */
        post: operations["resendWebhookDelivery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{id}/resend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send deliveries of a period again */
        post: operations["resendWebhookDeliveries"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List what administrators did in the last 90 days, newest first
         * @description Administrators of the default tenant see the acts of all tenants, others those of their own.
         */
        get: operations["listAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List jobs, newest first */
        get: operations["listJobs"];
        put?: never;
        /** Upload a photo */
        post: operations["createJob"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/jobs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a job with its result */
        get: operations["getJob"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/jobs/{id}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the progress of a job */
        get: operations["getJobStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/jobs/{id}/download": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download a file
         * @description The first file, which is the largest variant of a photo, unless `file` or `resolution` selects another. Ranges are supported.
         */
        get: operations["downloadJobVariant"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/render-video": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Request a weather video
         * @description Creates a task of the kind `video.render`. Follow it at `/api/jobs/{jobId}`.
         */
        post: operations["renderVideo"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/d/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download a file by a signed URL
         * @description Needs no API key: the token permits the download of one file until it expires.
         */
        get: operations["downloadSigned"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/photos": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Upload a photo of a race
         * @description Creates a task of the kind `photo.bibs`, which reads the bib numbers in the photo.
         */
        post: operations["createPhoto"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/photos/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Upload many photos of a race
         * @description Creates a task of the kind `photo.bibs` for each file or URL, like `POST /api/v1/batches`.
         */
        post: operations["createPhotoBatch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/photos/{id}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the status of a photo */
        get: operations["getPhotoStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the health of each service
         * @description Numbers, reasons and warnings are only for callers who may read queues; to others they are unknown. With `AUTH=off` everybody may.
         */
        get: operations["health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/livez": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Liveness probe */
        get: operations["livez"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Readiness probe
         * @description The whole reason is only for callers who may read queues; others learn which service it is. With `AUTH=off` everybody may.
         */
        get: operations["readyz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the metrics of this process */
        get: operations["getMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get this document */
        get: operations["getOpenApi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface webhooks {
    "task.created": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A task was accepted, or restarted */
        post: operations["TaskCreatedPayload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "task.processing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A worker has started a task */
        post: operations["TaskProcessingPayload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "task.progress": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A task has made progress */
        post: operations["TaskProgressPayload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "task.completed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A task is completed */
        post: operations["TaskCompletedPayload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "task.retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** An attempt has failed; there will be another one */
        post: operations["TaskRetryPayload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "task.failed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A task has failed for good */
        post: operations["TaskFailedPayload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "task.cancelled": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A task was cancelled */
        post: operations["TaskCancelledPayload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "task.expired": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The files of a task have expired */
        post: operations["TaskExpiredPayload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "batch.completed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** All tasks of a batch have ended */
        post: operations["BatchCompletedPayload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "webhook.ping": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A test event, sent on request */
        post: operations["WebhookPingPayload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "webhook.disabled": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Another webhook was switched off */
        post: operations["WebhookDisabledPayload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface components {
    schemas: {
        TaskCreatedPayload: {
            /** @constant */
            eventType: "task.created";
            taskId: string;
            tenant: string;
            timestamp: number;
            epoch: number;
            attempt: number;
            seq: number;
            trace?: string;
            /** @enum {string} */
            kind: "image.optimize" | "photo.bibs" | "video.render";
            /** @enum {string} */
            priority: "premium" | "interactive" | "normal" | "batch";
            name: string;
        };
        TaskProcessingPayload: {
            /** @constant */
            eventType: "task.processing";
            taskId: string;
            tenant: string;
            timestamp: number;
            epoch: number;
            attempt: number;
            seq: number;
            trace?: string;
            workerId: string;
            /** @description When the run started: milliseconds since 1970 */
            startedAt: number;
            /** @description How long the task had waited for this run */
            waitMs: number;
            /** @description Attempts that have ended so far */
            attempts: number;
        };
        TaskProgressPayload: {
            /** @constant */
            eventType: "task.progress";
            taskId: string;
            tenant: string;
            timestamp: number;
            epoch: number;
            attempt: number;
            seq: number;
            trace?: string;
            workerId: string;
            /** @description When the run started: milliseconds since 1970 */
            startedAt: number;
            /** @description How long the task had waited for this run */
            waitMs: number;
            /** @description Attempts that have ended so far */
            attempts: number;
            stage: string;
            percent: number;
        };
        TaskCompletedPayload: {
            /** @constant */
            eventType: "task.completed";
            taskId: string;
            tenant: string;
            timestamp: number;
            epoch: number;
            attempt: number;
            seq: number;
            trace?: string;
            workerId: string;
            /** @description When the run started: milliseconds since 1970 */
            startedAt: number;
            /** @description How long the task had waited for this run */
            waitMs: number;
            /** @description Attempts that have ended so far */
            attempts: number;
            images: components["schemas"]["Variant"][];
            files?: components["schemas"]["StoredFile"][];
            thumb?: components["schemas"]["StoredFile"];
            result?: {
                [key: string]: unknown;
            };
            source?: {
                bytes: number;
                /** @enum {string} */
                format: "jpeg" | "png" | "webp" | "gif";
                width: number;
                height: number;
                orientation: number;
                sha256: string;
            };
            /** @description Milliseconds from the start of the run to its end */
            processingTime: number;
        };
        Variant: {
            resolution: string;
            width: number;
            height: number;
            /** @constant */
            format: "jpeg";
            /** @description In bytes */
            size: number;
            /** @description MD5 of its bytes, in hex */
            md5: string;
            /** @description Its storage key, relative to the data root */
            path: string;
        };
        StoredFile: {
            /** @description The name to request it by in a download */
            name: string;
            contentType: string;
            bytes: number;
            /** @description MD5 of its bytes, in hex */
            md5: string;
            /** @description Its storage key, relative to the data root */
            path: string;
            facts?: {
                [key: string]: unknown;
            };
        };
        TaskRetryPayload: {
            /** @constant */
            eventType: "task.retry";
            taskId: string;
            tenant: string;
            timestamp: number;
            epoch: number;
            attempt: number;
            seq: number;
            trace?: string;
            workerId: string;
            /** @description When the run started: milliseconds since 1970 */
            startedAt: number;
            /** @description How long the task had waited for this run */
            waitMs: number;
            /** @description Attempts that have ended so far */
            attempts: number;
            /** @description What went wrong, in plain words */
            error: string;
            /**
             * @description A stable code for programs
             * @example IMAGE_CORRUPT
             */
            code: string;
            retryable: boolean;
            /** @description When the next attempt is due: milliseconds since 1970 */
            nextAt: number;
        };
        TaskFailedPayload: {
            /** @constant */
            eventType: "task.failed";
            taskId: string;
            tenant: string;
            timestamp: number;
            epoch: number;
            attempt: number;
            seq: number;
            trace?: string;
            /** @description What went wrong, in plain words */
            error: string;
            /**
             * @description A stable code for programs
             * @example IMAGE_CORRUPT
             */
            code: string;
            retryable: boolean;
            /** @description Attempts that have ended so far */
            attempts: number;
            /** @constant */
            willRetry: false;
            startedAt: number | null;
            waitMs: number | null;
            workerId: string | null;
        };
        TaskCancelledPayload: {
            /** @constant */
            eventType: "task.cancelled";
            taskId: string;
            tenant: string;
            timestamp: number;
            epoch: number;
            attempt: number;
            seq: number;
            trace?: string;
            /** @description Attempts that have ended so far */
            attempts: number;
        };
        TaskExpiredPayload: {
            /** @constant */
            eventType: "task.expired";
            taskId: string;
            tenant: string;
            timestamp: number;
            epoch: number;
            attempt: number;
            seq: number;
            trace?: string;
        };
        BatchCompletedPayload: {
            /** @constant */
            eventType: "batch.completed";
            batchId: string;
            tenant: string;
            timestamp: number;
            total: number;
            counts: components["schemas"]["StatusCounts"];
        };
        StatusCounts: {
            pending: number;
            processing: number;
            completed: number;
            failed: number;
            cancelled: number;
            expired: number;
        };
        WebhookPingPayload: {
            /** @constant */
            eventType: "webhook.ping";
            webhookId: string;
            tenant: string;
            timestamp: number;
        };
        WebhookDisabledPayload: {
            /** @constant */
            eventType: "webhook.disabled";
            webhookId: string;
            tenant: string;
            timestamp: number;
            url: string;
            reason: string;
        };
        AcceptedTask: {
            id: string;
            jobId: string;
            /** @enum {string} */
            kind: "image.optimize" | "photo.bibs" | "video.render";
            /** @enum {string} */
            status: "pending" | "processing" | "completed" | "failed" | "cancelled" | "expired";
            /** @enum {string} */
            priority: "premium" | "interactive" | "normal" | "batch";
            name: string;
            /** @description The storage key of the upload */
            originalPath: string;
            source: {
                /** @description From where the photo is downloaded; nothing else is known until then */
                url: string;
                album?: string;
            } | {
                bytes: number;
                /** @description From where it was downloaded, if it was not uploaded */
                url?: string;
                /** @enum {string} */
                format: "jpeg" | "png" | "webp" | "gif";
                /** @description In pixels, after applying the orientation */
                width: number;
                height: number;
                /** @description EXIF orientation. Tasks of earlier releases have none, and their width and height do not take it into account */
                orientation?: number;
                sha256: string;
                /**
                 * @deprecated
                 * @description Of release 0.1; nothing needs it
                 */
                md5?: string;
            } | {
                bytes: number;
                /** @description From where it was downloaded, if it was not uploaded */
                url?: string;
                /** @enum {string} */
                format: "jpeg" | "png" | "webp" | "gif";
                /** @description In pixels, after applying the orientation */
                width: number;
                height: number;
                /** @description EXIF orientation. Tasks of earlier releases have none, and their width and height do not take it into account */
                orientation?: number;
                album?: string;
                sha256: string;
                /**
                 * @deprecated
                 * @description Of release 0.1; nothing needs it
                 */
                md5?: string;
            } | {
                bytes: number;
                template: string;
                city: string;
                language: string;
                format: string;
                /** @description The storage key of its copy of a stored background */
                backgroundPath?: string;
                sha256: string;
                /**
                 * @deprecated
                 * @description Of release 0.1; nothing needs it
                 */
                md5?: string;
            };
            images: {
                resolution: string;
                width: number;
                height: number;
                /** @constant */
                format: "jpeg";
                /** @description In bytes */
                size: number;
                /** @description MD5 of its bytes, in hex */
                md5: string;
                /** @description Its storage key, relative to the data root */
                path: string;
                url: string;
            }[];
            /** @description Every file but the thumbnail; of photos, the largest variant first. Release 0.1 does not list those of image tasks */
            files?: components["schemas"]["TaskFile"][];
            /** @description Of photos: the thumbnail, at most 320 pixels wide and high, and what to show until it is loaded; null until there is one */
            preview?: {
                width: number;
                height: number;
                /** @description In bytes */
                size: number;
                /** @description MD5 of its bytes, in hex */
                md5: string;
                /** @description Its storage key, relative to the data root */
                path: string;
                /** @description A blurred picture to show while the thumbnail is loaded (https://evanw.github.io/thumbhash/), in base64 */
                thumbhash: string;
                /**
                 * @description The most frequent colour of the photo
                 * @example #7a8b6c
                 */
                color: string;
                url: string;
            } | null;
            /** @description Further results, depending on the kind; null if the kind has none */
            result?: {
                [key: string]: unknown;
            } | null;
            /** @description How much smaller the largest variant of a photo is than what was sent; negative if it is larger, null until it is there */
            savedBytes?: number | null;
            progress: {
                stage: string;
                percent: number;
            };
            attempts: {
                made: number;
                max: number;
                /** @description When the next attempt is due, after a failed one */
                nextAt: string | null;
            };
            /** @description Starts at 1 and increases with each manual retry */
            epoch: number;
            error: {
                code: string;
                message: string;
                retryable: boolean;
            } | null;
            metadata: {
                [key: string]: unknown;
            };
            /** @description The batch in which it was uploaded */
            batchId: string | null;
            /** @description The duration of the run that completed the task */
            processingTimeMs: number | null;
            /** @description How long the task waited for its last run */
            waitMs: number | null;
            workerId: string | null;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
            startedAt: string | null;
            finishedAt: string | null;
            /** @description When the files are removed; null until the task has ended */
            expiresAt: string | null;
            links: {
                self: string;
                status: string;
                download: string;
                events: string;
                /** @description Where the web page shows it. Release 0.1 does not tell, nor what it has cached */
                page?: string;
            };
            estimatedTime: string;
            estimate: {
                p50Ms: number;
                p90Ms: number;
                position: number;
                /**
                 * @description The queue was paused: the times start when it is resumed
                 * @constant
                 */
                paused?: true;
            };
        };
        TaskFile: {
            /** @description The name to request it by in a download */
            name: string;
            contentType: string;
            /** @description MD5 of its bytes, in hex */
            md5: string;
            /** @description Its storage key, relative to the data root */
            path: string;
            facts?: {
                [key: string]: unknown;
            };
            /** @description In bytes */
            size: number;
            url: string;
        };
        /** @description Problem details (RFC 9457) */
        Problem: {
            type: string;
            title: string;
            status: number;
            /** @description What is wrong and how to fix it, in plain words */
            detail: string;
            /**
             * @description A stable code for programs
             * @enum {string}
             */
            code: "INVALID_REQUEST" | "INVALID_QUERY" | "INVALID_JSON" | "NOT_MULTIPART" | "INVALID_MULTIPART" | "NO_FILE" | "TOO_MANY_FILES" | "UNEXPECTED_FILE_FIELD" | "INVALID_IDEMPOTENCY_KEY" | "INVALID_UPLOAD_HEADER" | "KEY_REQUIRED" | "TOO_MANY_TRIES" | "SCOPE_MISSING" | "CROSS_SITE_REQUEST" | "INVALID_SIGNATURE" | "URL_EXPIRED" | "ROUTE_NOT_FOUND" | "TASK_NOT_FOUND" | "KEY_NOT_FOUND" | "BATCH_NOT_FOUND" | "ALBUM_NOT_FOUND" | "ROSTER_NOT_FOUND" | "QUEUE_NOT_FOUND" | "VARIANT_NOT_FOUND" | "ASSET_NOT_FOUND" | "UPLOAD_NOT_FOUND" | "WEBHOOK_NOT_FOUND" | "DELIVERY_NOT_FOUND" | "FILE_MISSING" | "METHOD_NOT_ALLOWED" | "REQUEST_TIMEOUT" | "IDEMPOTENCY_IN_FLIGHT" | "UPLOAD_CONFLICT" | "UPLOAD_INCOMPLETE" | "DIRECT_UPLOADS_DISABLED" | "SIGNING_DISABLED" | "WEBHOOK_DISABLED" | "TASK_NOT_READY" | "TASK_FAILED" | "TASK_CANCELLED" | "KEY_ENDED" | "TASK_FINAL" | "TASK_NOT_FINAL" | "TASK_CHANGED" | "TASK_PROCESSING" | "TASK_EXPIRED" | "UPLOAD_EXPIRED" | "UNSUPPORTED_TUS_VERSION" | "PRECONDITION_FAILED" | "FILE_TOO_LARGE" | "BATCH_TOO_LARGE" | "BODY_TOO_LARGE" | "NOT_JSON" | "NOT_A_ROSTER" | "UNSUPPORTED_ENCODING" | "IMAGE_UNSUPPORTED" | "RANGE_NOT_SATISFIABLE" | "EXPECTATION_FAILED" | "HOST_NOT_ALLOWED" | "INVALID_FIELD" | "INVALID_ROSTER" | "IDEMPOTENCY_KEY_REUSED" | "IMAGE_TOO_LARGE" | "IMAGE_CORRUPT" | "CHECKSUM_MISMATCH" | "BATCH_REJECTED" | "UPLOAD_LOCKED" | "TOO_MANY_WAITING" | "TOO_MANY_UPLOADS" | "RATE_LIMITED" | "QUOTA_EXCEEDED" | "HEADERS_TOO_LARGE" | "INTERNAL" | "ISSUER_UNAVAILABLE" | "STORE_UNAVAILABLE" | "QUEUE_UNAVAILABLE" | "TOO_MANY_CONNECTIONS" | "STORAGE_UNAVAILABLE" | "OVERLOADED" | "STORAGE_FULL";
            /** @description The path of the request */
            instance?: string;
            /** @description Each invalid field, as a JSON pointer */
            errors?: {
                pointer: string;
                detail: string;
            }[];
        };
        TaskPage: {
            items: components["schemas"]["ListedTask"][];
            page: number;
            limit: number;
            /** @description Number of matching tasks, counted up to 10000; may be 45 seconds old */
            total: number;
            /** @description false: there are `total` or more */
            totalIsExact: boolean;
            nextCursor: string | null;
        };
        ListedTask: {
            id: string;
            jobId: string;
            /** @enum {string} */
            kind: "image.optimize" | "photo.bibs" | "video.render";
            /** @enum {string} */
            status: "pending" | "processing" | "completed" | "failed" | "cancelled" | "expired";
            /** @enum {string} */
            priority: "premium" | "interactive" | "normal" | "batch";
            name: string;
            /** @description The storage key of the upload */
            originalPath: string;
            source: {
                /** @description From where the photo is downloaded; nothing else is known until then */
                url: string;
                album?: string;
            } | {
                bytes: number;
                /** @description From where it was downloaded, if it was not uploaded */
                url?: string;
                /** @enum {string} */
                format: "jpeg" | "png" | "webp" | "gif";
                /** @description In pixels, after applying the orientation */
                width: number;
                height: number;
                /** @description EXIF orientation. Tasks of earlier releases have none, and their width and height do not take it into account */
                orientation?: number;
                sha256: string;
                /**
                 * @deprecated
                 * @description Of release 0.1; nothing needs it
                 */
                md5?: string;
            } | {
                bytes: number;
                /** @description From where it was downloaded, if it was not uploaded */
                url?: string;
                /** @enum {string} */
                format: "jpeg" | "png" | "webp" | "gif";
                /** @description In pixels, after applying the orientation */
                width: number;
                height: number;
                /** @description EXIF orientation. Tasks of earlier releases have none, and their width and height do not take it into account */
                orientation?: number;
                album?: string;
                sha256: string;
                /**
                 * @deprecated
                 * @description Of release 0.1; nothing needs it
                 */
                md5?: string;
            } | {
                bytes: number;
                template: string;
                city: string;
                language: string;
                format: string;
                /** @description The storage key of its copy of a stored background */
                backgroundPath?: string;
                sha256: string;
                /**
                 * @deprecated
                 * @description Of release 0.1; nothing needs it
                 */
                md5?: string;
            };
            images: {
                resolution: string;
                width: number;
                height: number;
                /** @constant */
                format: "jpeg";
                /** @description In bytes */
                size: number;
                /** @description MD5 of its bytes, in hex */
                md5: string;
                /** @description Its storage key, relative to the data root */
                path: string;
                url: string;
            }[];
            /** @description Every file but the thumbnail; of photos, the largest variant first. Release 0.1 does not list those of image tasks */
            files?: components["schemas"]["TaskFile"][];
            /** @description Of photos: the thumbnail, at most 320 pixels wide and high, and what to show until it is loaded; null until there is one */
            preview?: {
                width: number;
                height: number;
                /** @description In bytes */
                size: number;
                /** @description MD5 of its bytes, in hex */
                md5: string;
                /** @description Its storage key, relative to the data root */
                path: string;
                /** @description A blurred picture to show while the thumbnail is loaded (https://evanw.github.io/thumbhash/), in base64 */
                thumbhash: string;
                /**
                 * @description The most frequent colour of the photo
                 * @example #7a8b6c
                 */
                color: string;
                url: string;
            } | null;
            /** @description Further results, depending on the kind; null if the kind has none */
            result?: {
                [key: string]: unknown;
            } | null;
            /** @description How much smaller the largest variant of a photo is than what was sent; negative if it is larger, null until it is there */
            savedBytes?: number | null;
            progress: {
                stage: string;
                percent: number;
            };
            attempts: {
                made: number;
                max: number;
                /** @description When the next attempt is due, after a failed one */
                nextAt: string | null;
            };
            /** @description Starts at 1 and increases with each manual retry */
            epoch: number;
            error: {
                code: string;
                message: string;
                retryable: boolean;
            } | null;
            metadata: {
                [key: string]: unknown;
            };
            /** @description The batch in which it was uploaded */
            batchId: string | null;
            /** @description The duration of the run that completed the task */
            processingTimeMs: number | null;
            /** @description How long the task waited for its last run */
            waitMs: number | null;
            workerId: string | null;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
            startedAt: string | null;
            finishedAt: string | null;
            /** @description When the files are removed; null until the task has ended */
            expiresAt: string | null;
            links: {
                self: string;
                status: string;
                download: string;
                events: string;
                /** @description Where the web page shows it. Release 0.1 does not tell, nor what it has cached */
                page?: string;
            };
            /**
             * @description The metadata is larger than 4 KiB and therefore empty in lists; get the task itself to see it
             * @constant
             */
            metadataOmitted?: true;
        };
        Task: {
            id: string;
            jobId: string;
            /** @enum {string} */
            kind: "image.optimize" | "photo.bibs" | "video.render";
            /** @enum {string} */
            status: "pending" | "processing" | "completed" | "failed" | "cancelled" | "expired";
            /** @enum {string} */
            priority: "premium" | "interactive" | "normal" | "batch";
            name: string;
            /** @description The storage key of the upload */
            originalPath: string;
            source: {
                /** @description From where the photo is downloaded; nothing else is known until then */
                url: string;
                album?: string;
            } | {
                bytes: number;
                /** @description From where it was downloaded, if it was not uploaded */
                url?: string;
                /** @enum {string} */
                format: "jpeg" | "png" | "webp" | "gif";
                /** @description In pixels, after applying the orientation */
                width: number;
                height: number;
                /** @description EXIF orientation. Tasks of earlier releases have none, and their width and height do not take it into account */
                orientation?: number;
                sha256: string;
                /**
                 * @deprecated
                 * @description Of release 0.1; nothing needs it
                 */
                md5?: string;
            } | {
                bytes: number;
                /** @description From where it was downloaded, if it was not uploaded */
                url?: string;
                /** @enum {string} */
                format: "jpeg" | "png" | "webp" | "gif";
                /** @description In pixels, after applying the orientation */
                width: number;
                height: number;
                /** @description EXIF orientation. Tasks of earlier releases have none, and their width and height do not take it into account */
                orientation?: number;
                album?: string;
                sha256: string;
                /**
                 * @deprecated
                 * @description Of release 0.1; nothing needs it
                 */
                md5?: string;
            } | {
                bytes: number;
                template: string;
                city: string;
                language: string;
                format: string;
                /** @description The storage key of its copy of a stored background */
                backgroundPath?: string;
                sha256: string;
                /**
                 * @deprecated
                 * @description Of release 0.1; nothing needs it
                 */
                md5?: string;
            };
            images: {
                resolution: string;
                width: number;
                height: number;
                /** @constant */
                format: "jpeg";
                /** @description In bytes */
                size: number;
                /** @description MD5 of its bytes, in hex */
                md5: string;
                /** @description Its storage key, relative to the data root */
                path: string;
                url: string;
            }[];
            /** @description Every file but the thumbnail; of photos, the largest variant first. Release 0.1 does not list those of image tasks */
            files?: components["schemas"]["TaskFile"][];
            /** @description Of photos: the thumbnail, at most 320 pixels wide and high, and what to show until it is loaded; null until there is one */
            preview?: {
                width: number;
                height: number;
                /** @description In bytes */
                size: number;
                /** @description MD5 of its bytes, in hex */
                md5: string;
                /** @description Its storage key, relative to the data root */
                path: string;
                /** @description A blurred picture to show while the thumbnail is loaded (https://evanw.github.io/thumbhash/), in base64 */
                thumbhash: string;
                /**
                 * @description The most frequent colour of the photo
                 * @example #7a8b6c
                 */
                color: string;
                url: string;
            } | null;
            /** @description Further results, depending on the kind; null if the kind has none */
            result?: {
                [key: string]: unknown;
            } | null;
            /** @description How much smaller the largest variant of a photo is than what was sent; negative if it is larger, null until it is there */
            savedBytes?: number | null;
            progress: {
                stage: string;
                percent: number;
            };
            attempts: {
                made: number;
                max: number;
                /** @description When the next attempt is due, after a failed one */
                nextAt: string | null;
            };
            /** @description Starts at 1 and increases with each manual retry */
            epoch: number;
            error: {
                code: string;
                message: string;
                retryable: boolean;
            } | null;
            metadata: {
                [key: string]: unknown;
            };
            /** @description The batch in which it was uploaded */
            batchId: string | null;
            /** @description The duration of the run that completed the task */
            processingTimeMs: number | null;
            /** @description How long the task waited for its last run */
            waitMs: number | null;
            workerId: string | null;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
            startedAt: string | null;
            finishedAt: string | null;
            /** @description When the files are removed; null until the task has ended */
            expiresAt: string | null;
            links: {
                self: string;
                status: string;
                download: string;
                events: string;
                /** @description Where the web page shows it. Release 0.1 does not tell, nor what it has cached */
                page?: string;
            };
        };
        DownloadUrl: {
            url: string;
            /** Format: date-time */
            expiresAt: string;
        };
        TaskEventPage: {
            items: components["schemas"]["TaskEvent"][];
        };
        /** @description An event of a task, of the type in `type` */
        TaskEvent: components["schemas"]["TaskCreatedEvent"] | components["schemas"]["TaskProcessingEvent"] | components["schemas"]["TaskProgressEvent"] | components["schemas"]["TaskCompletedEvent"] | components["schemas"]["TaskRetryEvent"] | components["schemas"]["TaskFailedEvent"] | components["schemas"]["TaskCancelledEvent"] | components["schemas"]["TaskExpiredEvent"];
        TaskCreatedEvent: {
            /** @description Increases within an epoch; may have gaps */
            seq: number;
            /** @description Starts at 1 and increases with each manual retry */
            epoch: number;
            /** @description The number of the run within the epoch; 0 before the first run */
            attempt: number;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "task.created";
            /** Format: date-time */
            at: string;
            data: {
                /** @enum {string} */
                kind: "image.optimize" | "photo.bibs" | "video.render";
                /** @enum {string} */
                priority: "premium" | "interactive" | "normal" | "batch";
                name: string;
            };
        };
        TaskProcessingEvent: {
            /** @description Increases within an epoch; may have gaps */
            seq: number;
            /** @description Starts at 1 and increases with each manual retry */
            epoch: number;
            /** @description The number of the run within the epoch; 0 before the first run */
            attempt: number;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "task.processing";
            /** Format: date-time */
            at: string;
            data: {
                workerId: string;
                /** @description When the run started: milliseconds since 1970 */
                startedAt: number;
                /** @description How long the task had waited for this run */
                waitMs: number;
                /** @description Attempts that have ended so far */
                attempts: number;
            };
        };
        TaskProgressEvent: {
            /** @description Increases within an epoch; may have gaps */
            seq: number;
            /** @description Starts at 1 and increases with each manual retry */
            epoch: number;
            /** @description The number of the run within the epoch; 0 before the first run */
            attempt: number;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "task.progress";
            /** Format: date-time */
            at: string;
            data: {
                workerId: string;
                /** @description When the run started: milliseconds since 1970 */
                startedAt: number;
                /** @description How long the task had waited for this run */
                waitMs: number;
                /** @description Attempts that have ended so far */
                attempts: number;
                stage: string;
                percent: number;
            };
        };
        TaskCompletedEvent: {
            /** @description Increases within an epoch; may have gaps */
            seq: number;
            /** @description Starts at 1 and increases with each manual retry */
            epoch: number;
            /** @description The number of the run within the epoch; 0 before the first run */
            attempt: number;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "task.completed";
            /** Format: date-time */
            at: string;
            data: {
                workerId: string;
                /** @description When the run started: milliseconds since 1970 */
                startedAt: number;
                /** @description How long the task had waited for this run */
                waitMs: number;
                /** @description Attempts that have ended so far */
                attempts: number;
                images: components["schemas"]["VariantOutput"][];
                files?: components["schemas"]["StoredFileOutput"][];
                thumb?: components["schemas"]["StoredFileOutput"];
                result?: {
                    [key: string]: unknown;
                };
                source?: {
                    bytes: number;
                    /** @enum {string} */
                    format: "jpeg" | "png" | "webp" | "gif";
                    width: number;
                    height: number;
                    orientation: number;
                    sha256: string;
                };
                /** @description Milliseconds from the start of the run to its end */
                processingTime: number;
            };
        };
        TaskRetryEvent: {
            /** @description Increases within an epoch; may have gaps */
            seq: number;
            /** @description Starts at 1 and increases with each manual retry */
            epoch: number;
            /** @description The number of the run within the epoch; 0 before the first run */
            attempt: number;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "task.retry";
            /** Format: date-time */
            at: string;
            data: {
                workerId: string;
                /** @description When the run started: milliseconds since 1970 */
                startedAt: number;
                /** @description How long the task had waited for this run */
                waitMs: number;
                /** @description Attempts that have ended so far */
                attempts: number;
                /** @description What went wrong, in plain words */
                error: string;
                /**
                 * @description A stable code for programs
                 * @example IMAGE_CORRUPT
                 */
                code: string;
                retryable: boolean;
                /** @description When the next attempt is due: milliseconds since 1970 */
                nextAt: number;
            };
        };
        TaskFailedEvent: {
            /** @description Increases within an epoch; may have gaps */
            seq: number;
            /** @description Starts at 1 and increases with each manual retry */
            epoch: number;
            /** @description The number of the run within the epoch; 0 before the first run */
            attempt: number;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "task.failed";
            /** Format: date-time */
            at: string;
            data: {
                /** @description What went wrong, in plain words */
                error: string;
                /**
                 * @description A stable code for programs
                 * @example IMAGE_CORRUPT
                 */
                code: string;
                retryable: boolean;
                /** @description Attempts that have ended so far */
                attempts: number;
                /** @constant */
                willRetry: false;
                startedAt: number | null;
                waitMs: number | null;
                workerId: string | null;
            };
        };
        TaskCancelledEvent: {
            /** @description Increases within an epoch; may have gaps */
            seq: number;
            /** @description Starts at 1 and increases with each manual retry */
            epoch: number;
            /** @description The number of the run within the epoch; 0 before the first run */
            attempt: number;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "task.cancelled";
            /** Format: date-time */
            at: string;
            data: {
                /** @description Attempts that have ended so far */
                attempts: number;
            };
        };
        TaskExpiredEvent: {
            /** @description Increases within an epoch; may have gaps */
            seq: number;
            /** @description Starts at 1 and increases with each manual retry */
            epoch: number;
            /** @description The number of the run within the epoch; 0 before the first run */
            attempt: number;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "task.expired";
            /** Format: date-time */
            at: string;
            data: Record<string, never>;
        };
        EventPage: {
            /** @description Oldest first */
            items: components["schemas"]["AnyTaskEvent"][];
            /** @description Where to continue: `after` of the next request */
            next: string;
            /** @description There were others, which are no longer known: read the tasks again */
            missed: boolean;
        };
        AnyTaskEvent: {
            taskId: string;
            event: components["schemas"]["TaskEvent"];
        };
        AcceptedBatch: {
            batchId: string;
            accepted: number;
            rejected: number;
            /** @description In the order of the request */
            items: components["schemas"]["BatchItem"][];
        };
        /** @description The result for one file */
        BatchItem: {
            name: string;
            /** @constant */
            status: "accepted";
            task: components["schemas"]["AcceptedTask"];
        } | {
            name: string;
            /** @constant */
            status: "rejected";
            problem: components["schemas"]["Problem"];
        };
        /** @description Problem details (RFC 9457), with the result for each file that was examined */
        BatchProblem: {
            type: string;
            title: string;
            status: number;
            /** @description What is wrong and how to fix it, in plain words */
            detail: string;
            /**
             * @description A stable code for programs
             * @enum {string}
             */
            code: "INVALID_REQUEST" | "INVALID_QUERY" | "INVALID_JSON" | "NOT_MULTIPART" | "INVALID_MULTIPART" | "NO_FILE" | "TOO_MANY_FILES" | "UNEXPECTED_FILE_FIELD" | "INVALID_IDEMPOTENCY_KEY" | "INVALID_UPLOAD_HEADER" | "KEY_REQUIRED" | "TOO_MANY_TRIES" | "SCOPE_MISSING" | "CROSS_SITE_REQUEST" | "INVALID_SIGNATURE" | "URL_EXPIRED" | "ROUTE_NOT_FOUND" | "TASK_NOT_FOUND" | "KEY_NOT_FOUND" | "BATCH_NOT_FOUND" | "ALBUM_NOT_FOUND" | "ROSTER_NOT_FOUND" | "QUEUE_NOT_FOUND" | "VARIANT_NOT_FOUND" | "ASSET_NOT_FOUND" | "UPLOAD_NOT_FOUND" | "WEBHOOK_NOT_FOUND" | "DELIVERY_NOT_FOUND" | "FILE_MISSING" | "METHOD_NOT_ALLOWED" | "REQUEST_TIMEOUT" | "IDEMPOTENCY_IN_FLIGHT" | "UPLOAD_CONFLICT" | "UPLOAD_INCOMPLETE" | "DIRECT_UPLOADS_DISABLED" | "SIGNING_DISABLED" | "WEBHOOK_DISABLED" | "TASK_NOT_READY" | "TASK_FAILED" | "TASK_CANCELLED" | "KEY_ENDED" | "TASK_FINAL" | "TASK_NOT_FINAL" | "TASK_CHANGED" | "TASK_PROCESSING" | "TASK_EXPIRED" | "UPLOAD_EXPIRED" | "UNSUPPORTED_TUS_VERSION" | "PRECONDITION_FAILED" | "FILE_TOO_LARGE" | "BATCH_TOO_LARGE" | "BODY_TOO_LARGE" | "NOT_JSON" | "NOT_A_ROSTER" | "UNSUPPORTED_ENCODING" | "IMAGE_UNSUPPORTED" | "RANGE_NOT_SATISFIABLE" | "EXPECTATION_FAILED" | "HOST_NOT_ALLOWED" | "INVALID_FIELD" | "INVALID_ROSTER" | "IDEMPOTENCY_KEY_REUSED" | "IMAGE_TOO_LARGE" | "IMAGE_CORRUPT" | "CHECKSUM_MISMATCH" | "BATCH_REJECTED" | "UPLOAD_LOCKED" | "TOO_MANY_WAITING" | "TOO_MANY_UPLOADS" | "RATE_LIMITED" | "QUOTA_EXCEEDED" | "HEADERS_TOO_LARGE" | "INTERNAL" | "ISSUER_UNAVAILABLE" | "STORE_UNAVAILABLE" | "QUEUE_UNAVAILABLE" | "TOO_MANY_CONNECTIONS" | "STORAGE_UNAVAILABLE" | "OVERLOADED" | "STORAGE_FULL";
            /** @description The path of the request */
            instance?: string;
            /** @description Each invalid field, as a JSON pointer */
            errors?: {
                pointer: string;
                detail: string;
            }[];
            items?: components["schemas"]["BatchItem"][];
        };
        BatchList: {
            items: components["schemas"]["BatchSummary"][];
            page: number;
            limit: number;
            /** @description Number of matching batches, counted up to 10000 */
            total: number;
            /** @description false: there are `total` or more */
            totalIsExact: boolean;
            nextCursor: string | null;
        };
        BatchSummary: {
            batchId: string;
            /** @enum {string} */
            status: "processing" | "completed";
            total: number;
            counts: components["schemas"]["StatusCountsOutput"];
            /** @description The average of its tasks; finished ones count as 100 */
            percent: number;
            /** Format: date-time */
            createdAt: string;
            /** @description When all tasks had ended for the first time */
            completedAt: string | null;
            links: {
                self: string;
                tasks: string;
                events: string;
                page: string;
            };
        };
        BatchPage: {
            batchId: string;
            /** @enum {string} */
            status: "processing" | "completed";
            total: number;
            counts: components["schemas"]["StatusCountsOutput"];
            /** @description The average of its tasks; finished ones count as 100 */
            percent: number;
            /** Format: date-time */
            createdAt: string;
            /** @description When all tasks had ended for the first time */
            completedAt: string | null;
            links: {
                self: string;
                tasks: string;
                events: string;
                page: string;
            };
            items: components["schemas"]["ListedTask"][];
            page: number;
            limit: number;
            nextCursor: string | null;
        };
        BatchEventPage: {
            /** @description Oldest first */
            items: components["schemas"]["AnyTaskEvent"][];
            /** @description Where to continue: `after` of the next request */
            next: string;
        };
        DirectUpload: {
            id: string;
            name: string;
            /** @description The size of the file */
            bytes: number;
            /** @description How much of it is stored: where to continue */
            receivedBytes: number;
            /** Format: date-time */
            createdAt: string;
            /**
             * Format: date-time
             * @description Until then it can be continued; then its bytes are removed
             */
            expiresAt: string;
            /** @description The task that it has become; null until it is complete */
            taskId: string | null;
            links: {
                self: string;
                task: string | null;
            };
            /** @description How to send the bytes: exactly these headers, and the file as the body */
            request: {
                /** @constant */
                method: "PUT";
                url: string;
                headers: {
                    [key: string]: string;
                };
            };
        };
        StagedUpload: {
            id: string;
            name: string;
            /** @description The size of the file */
            bytes: number;
            /** @description How much of it is stored: where to continue */
            receivedBytes: number;
            /** Format: date-time */
            createdAt: string;
            /**
             * Format: date-time
             * @description Until then it can be continued; then its bytes are removed
             */
            expiresAt: string;
            /** @description The task that it has become; null until it is complete */
            taskId: string | null;
            links: {
                self: string;
                task: string | null;
            };
        };
        PhotoPage: {
            items: components["schemas"]["FoundPhoto"][];
            limit: number;
            /** @description null: this is the last page */
            nextCursor: string | null;
        };
        FoundPhoto: {
            bib: components["schemas"]["ShownBib"];
            photo: components["schemas"]["ListedTask"];
        };
        /** @description A number that only a person sees may have no `box` and no `raw` */
        ShownBib: {
            /**
             * @description Digits, or digits and capital letters
             * @example 587
             */
            number: string;
            /** @description How sure the reading is, from 0 to 1 */
            confidence: number;
            /** @description Where it is, in pixels of the photo after applying its orientation */
            box?: {
                left: number;
                top: number;
                width: number;
                height: number;
            };
            /**
             * @description Who says so: the reader, the reader corrected by the roster of the album, or a person
             * @enum {string}
             */
            origin: "ocr" | "roster" | "person";
            /** @description The text as it was read, before any correction */
            raw?: string;
            /**
             * @description The album has a roster, and neither the number nor a likely correction is on it
             * @constant
             */
            unlisted?: true;
        };
        AlbumList: {
            items: components["schemas"]["ListedAlbum"][];
            page: number;
            limit: number;
            /** @description Number of albums, counted up to 1000 */
            total: number;
            /** @description false: there are `total` or more */
            totalIsExact: boolean;
        };
        ListedAlbum: {
            album: string;
            /** @description Photos by status, each counted up to 10000 */
            photos: {
                total: number;
                counts: components["schemas"]["StatusCountsOutput"];
            };
            roster: components["schemas"]["RosterSummary"] | null;
            links: {
                self: string;
                roster: string;
                review: string;
                page: string;
            };
            /**
             * Format: date-time
             * @description When its last photo was uploaded, or its roster was changed
             */
            activeAt: string;
        };
        RosterSummary: {
            album: string;
            /** @description How many numbers it has */
            count: number;
            /** Format: date-time */
            updatedAt: string;
            /** @description Whether all photos of the album are corrected by it */
            isApplied: boolean;
        };
        Album: {
            album: string;
            /** @description Photos by status, each counted up to 100000 */
            photos: {
                total: number;
                counts: components["schemas"]["StatusCountsOutput"];
            };
            /** @description Numbers on its photos, counted up to 100000 */
            readings: {
                total: number;
                /** @description With a low confidence, or not on the roster */
                toReview: number;
                /** @description Not on the roster */
                unlisted: number;
            };
            roster: components["schemas"]["RosterSummary"] | null;
            links: {
                self: string;
                roster: string;
                review: string;
                page: string;
            };
        };
        Roster: {
            album: string;
            /** @description How many numbers it has */
            count: number;
            /** Format: date-time */
            updatedAt: string;
            /** @description Whether all photos of the album are corrected by it */
            isApplied: boolean;
            numbers: {
                /** @description Digits, or digits and capital letters */
                number: string;
                name?: string;
            }[];
        };
        QueueList: {
            items: components["schemas"]["QueueStats"][];
        };
        QueueStats: {
            name: string;
            /**
             * @description Of the tasks whose jobs it holds
             * @enum {string}
             */
            kind: "image.optimize" | "photo.bibs" | "video.render";
            waiting: number;
            active: number;
            completed: number;
            failed: number;
            delayed: number;
            paused: number;
            prioritized: number;
            isPaused: boolean;
            oldestWaitingMs: number | null;
            workers: number;
        };
        QueueLoad: {
            queue: string;
            /** @description How long one slot of a worker would take for these jobs, based on the average duration of past runs. Above 0 as long as there is any of them; while the queue is paused, only running jobs count */
            workSeconds: number;
            waiting: number;
            active: number;
            /** @description Delayed jobs that should be running by now */
            due: number;
        };
        QueueJobPage: {
            items: components["schemas"]["QueueJob"][];
            /** @enum {string} */
            state: "waiting" | "prioritized" | "active" | "delayed" | "completed" | "failed";
            start: number;
            end: number;
        };
        /** @description A job as stored in the queue */
        QueueJob: {
            jobId: string;
            taskId: string;
            name: string;
            /** @enum {string} */
            state: "waiting" | "prioritized" | "active" | "delayed" | "completed" | "failed";
            priority: number;
            attemptsMade: number;
            failedReason: string | null;
            /** Format: date-time */
            createdAt: string;
            processedOn: string | null;
            finishedOn: string | null;
            data: {
                [key: string]: unknown;
            };
        };
        WorkerList: {
            items: components["schemas"]["WorkerState"][];
        };
        WorkerState: {
            id: string;
            /**
             * @description The kind of tasks that it processes
             * @enum {string}
             */
            kind: "image.optimize" | "photo.bibs" | "video.render";
            queue: string;
            /** @description How many tasks it can process at a time */
            slots: number;
            /** @description Its release; null if it is older than the ones that tell */
            version: string | null;
            /**
             * Format: date-time
             * @description Connected to the queue since then, without an interruption
             */
            since: string;
            /** @description Your tasks that it is processing, of the newest hundred */
            tasks: {
                id: string;
                name: string;
                startedAt: string | null;
            }[];
        };
        DeadLetterGroups: {
            items: components["schemas"]["DeadLetterGroup"][];
            /** @description false: only the newest 10000 failed tasks were counted */
            isExact: boolean;
        };
        DeadLetterGroup: {
            code: string;
            count: number;
            lastFailedAt: string | null;
        };
        ReplayReport: {
            dryRun: boolean;
            /** @description Counted up to 10000 */
            matched: number;
            /** @description false: `total` or more tasks match */
            matchedIsExact: boolean;
            replayed: number;
            items: {
                id: string;
                /** @enum {string} */
                outcome: "replayed" | "refused";
                code?: string;
                detail?: string;
            }[];
        };
        Stats: {
            tasks: {
                total: number;
                byStatus: components["schemas"]["StatusCountsOutput"];
                byKind: {
                    "image.optimize": components["schemas"]["StatusCountsOutput"];
                    "photo.bibs": components["schemas"]["StatusCountsOutput"];
                    "video.render": components["schemas"]["StatusCountsOutput"];
                };
            };
            bytes: {
                in: number;
                out: number;
            };
            durations: {
                sample: number;
                waitMs: {
                    p50: number | null;
                    p95: number | null;
                    p99: number | null;
                };
                runMs: {
                    p50: number | null;
                    p95: number | null;
                    p99: number | null;
                };
            };
            cleanup: {
                runs: number;
                tasksExpired: number;
                filesRemoved: number;
                bytesFreed: number;
                recordsRemoved: number;
                queueRowsRemoved: number;
                lastRunAt: string | null;
            };
            /** @description With `since`: the minutes in which tasks ended, oldest first; minutes without any are left out */
            minutes?: components["schemas"]["StatsMinute"][];
            /**
             * Format: date-time
             * @description When tasks and bytes were counted: usually seconds ago; hours ago if there are millions of tasks
             */
            at: string;
        };
        StatsMinute: {
            /**
             * Format: date-time
             * @description The beginning of the minute
             */
            at: string;
            completed: number;
            failed: number;
            /** @description Of the completed tasks */
            bytes: {
                in: number;
                out: number;
            };
            waitMs: number | null;
            runMs: number | null;
        };
        AssetList: {
            items: components["schemas"]["Asset"][];
        };
        Asset: {
            /** @example harbour.jpg */
            name: string;
            /** @enum {string} */
            contentType: "image/jpeg" | "image/png" | "image/webp";
            /** @description Bytes */
            size: number;
            /**
             * @description Whether it was stored by a client, or is part of Darkroom
             * @enum {string}
             */
            origin: "stored" | "shipped";
            /** @description When it was stored; null if it was shipped */
            updatedAt: string | null;
            url: string;
        };
        Usage: {
            tenant: string;
            /** @description The days with uploads, oldest first */
            days: {
                /**
                 * Format: date
                 * @description In UTC
                 */
                day: string;
                /** @description Accepted tasks, whatever became of them */
                tasks: number;
                /** @description Of their uploads */
                bytes: number;
            }[];
            /** @description Null before the first count */
            stored: {
                /** @description Of uploads and results that have not expired */
                bytes: number;
                /**
                 * Format: date-time
                 * @description When they were counted
                 */
                at: string;
            } | null;
            /** @description The limits of each tenant; null for none. `uploads` are concurrent ones */
            quotas: {
                tasksPerDay: number | null;
                bytesPerDay: number | null;
                storedBytes: number | null;
                uploads: number | null;
            };
        };
        /** @description An API key, without its secret */
        ApiKey: {
            /** @description The part of the key that is not secret: `drk_<id>_<secret>` */
            id: string;
            name: string;
            tenant: string;
            scopes: ("tasks:read" | "tasks:write" | "queues:read" | "queues:admin" | "keys:admin")[];
            /** Format: date-time */
            createdAt: string;
            expiresAt: string | null;
            revokedAt: string | null;
            /** @description Accurate to a minute */
            lastUsedAt: string | null;
        };
        CreatedApiKey: {
            /** @description The part of the key that is not secret: `drk_<id>_<secret>` */
            id: string;
            name: string;
            tenant: string;
            scopes: ("tasks:read" | "tasks:write" | "queues:read" | "queues:admin" | "keys:admin")[];
            /** Format: date-time */
            createdAt: string;
            expiresAt: string | null;
            revokedAt: string | null;
            /** @description Accurate to a minute */
            lastUsedAt: string | null;
            /** @description The key itself. It is not stored, and never shown again */
            key: string;
        };
        /** @description A token with which a browser can upload some files */
        UploadToken: {
            /** @description To be sent as `Authorization: Bearer …` with an upload. It is not shown again */
            token: string;
            kind: ("image.optimize" | "photo.bibs") | null;
            maxBytes: number | null;
            uploads: number;
            origin: string | null;
            /** Format: date-time */
            expiresAt: string;
        };
        Webhook: {
            id: string;
            url: string;
            description: string;
            events: ("task.created" | "task.processing" | "task.progress" | "task.retry" | "task.completed" | "task.failed" | "task.cancelled" | "task.expired" | "batch.completed" | "webhook.disabled")[];
            kinds: ("image.optimize" | "photo.bibs" | "video.render")[];
            enabled: boolean;
            /** @description When and why it was switched off */
            disabled: {
                /** Format: date-time */
                at: string;
                reason: string;
            } | null;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
            links: {
                self: string;
                deliveries: string;
            };
        };
        CreatedWebhook: {
            id: string;
            url: string;
            description: string;
            events: ("task.created" | "task.processing" | "task.progress" | "task.retry" | "task.completed" | "task.failed" | "task.cancelled" | "task.expired" | "batch.completed" | "webhook.disabled")[];
            kinds: ("image.optimize" | "photo.bibs" | "video.render")[];
            enabled: boolean;
            /** @description When and why it was switched off */
            disabled: {
                /** Format: date-time */
                at: string;
                reason: string;
            } | null;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
            links: {
                self: string;
                deliveries: string;
            };
            /** @description Begins with `whsec_`; the key to its signatures */
            secret: string;
        };
        WebhookSecrets: {
            /** @description Newest first */
            items: {
                /** @description Begins with `whsec_`; the key to its signatures */
                secret: string;
                expiresAt: string | null;
            }[];
        };
        /** @description An event on its way to a webhook */
        WebhookDelivery: {
            id: string;
            /** @description Of its webhook; `callbacks` for the URL of a task or batch */
            webhookId: string;
            /** @description The `webhook-id` that receivers see, the same for every attempt */
            messageId: string;
            /** @description The type of the event */
            event: string;
            url: string;
            taskId: string | null;
            batchId: string | null;
            /** @enum {string} */
            state: "waiting" | "delivered" | "failed";
            attempts: {
                made: number;
                max: number;
                nextAt: string | null;
            };
            /** @description The latest attempts, oldest first */
            tries: {
                /** Format: date-time */
                at: string;
                durationMs: number;
                /** @description The status of the response; null if there was none */
                status: number | null;
                error: string | null;
                /** @description The beginning of its body */
                response: string;
            }[];
            /** Format: date-time */
            createdAt: string;
            endedAt: string | null;
        };
        WebhookDeliveryPage: {
            items: components["schemas"]["WebhookDelivery"][];
            nextCursor: string | null;
        };
        WebhookDeliveryDetails: {
            id: string;
            /** @description Of its webhook; `callbacks` for the URL of a task or batch */
            webhookId: string;
            /** @description The `webhook-id` that receivers see, the same for every attempt */
            messageId: string;
            /** @description The type of the event */
            event: string;
            url: string;
            taskId: string | null;
            batchId: string | null;
            /** @enum {string} */
            state: "waiting" | "delivered" | "failed";
            attempts: {
                made: number;
                max: number;
                nextAt: string | null;
            };
            /** @description The latest attempts, oldest first */
            tries: {
                /** Format: date-time */
                at: string;
                durationMs: number;
                /** @description The status of the response; null if there was none */
                status: number | null;
                error: string | null;
                /** @description The beginning of its body */
                response: string;
            }[];
            /** Format: date-time */
            createdAt: string;
            endedAt: string | null;
            payload: {
                /** @constant */
                eventType: "task.created";
                taskId: string;
                tenant: string;
                timestamp: number;
                epoch: number;
                attempt: number;
                seq: number;
                trace?: string;
                /** @enum {string} */
                kind: "image.optimize" | "photo.bibs" | "video.render";
                /** @enum {string} */
                priority: "premium" | "interactive" | "normal" | "batch";
                name: string;
            } | {
                /** @constant */
                eventType: "task.processing";
                taskId: string;
                tenant: string;
                timestamp: number;
                epoch: number;
                attempt: number;
                seq: number;
                trace?: string;
                workerId: string;
                /** @description When the run started: milliseconds since 1970 */
                startedAt: number;
                /** @description How long the task had waited for this run */
                waitMs: number;
                /** @description Attempts that have ended so far */
                attempts: number;
            } | {
                /** @constant */
                eventType: "task.progress";
                taskId: string;
                tenant: string;
                timestamp: number;
                epoch: number;
                attempt: number;
                seq: number;
                trace?: string;
                workerId: string;
                /** @description When the run started: milliseconds since 1970 */
                startedAt: number;
                /** @description How long the task had waited for this run */
                waitMs: number;
                /** @description Attempts that have ended so far */
                attempts: number;
                stage: string;
                percent: number;
            } | {
                /** @constant */
                eventType: "task.completed";
                taskId: string;
                tenant: string;
                timestamp: number;
                epoch: number;
                attempt: number;
                seq: number;
                trace?: string;
                workerId: string;
                /** @description When the run started: milliseconds since 1970 */
                startedAt: number;
                /** @description How long the task had waited for this run */
                waitMs: number;
                /** @description Attempts that have ended so far */
                attempts: number;
                images: components["schemas"]["VariantOutput"][];
                files?: components["schemas"]["StoredFileOutput"][];
                thumb?: components["schemas"]["StoredFileOutput"];
                result?: {
                    [key: string]: unknown;
                };
                source?: {
                    bytes: number;
                    /** @enum {string} */
                    format: "jpeg" | "png" | "webp" | "gif";
                    width: number;
                    height: number;
                    orientation: number;
                    sha256: string;
                };
                /** @description Milliseconds from the start of the run to its end */
                processingTime: number;
            } | {
                /** @constant */
                eventType: "task.retry";
                taskId: string;
                tenant: string;
                timestamp: number;
                epoch: number;
                attempt: number;
                seq: number;
                trace?: string;
                workerId: string;
                /** @description When the run started: milliseconds since 1970 */
                startedAt: number;
                /** @description How long the task had waited for this run */
                waitMs: number;
                /** @description Attempts that have ended so far */
                attempts: number;
                /** @description What went wrong, in plain words */
                error: string;
                /**
                 * @description A stable code for programs
                 * @example IMAGE_CORRUPT
                 */
                code: string;
                retryable: boolean;
                /** @description When the next attempt is due: milliseconds since 1970 */
                nextAt: number;
            } | {
                /** @constant */
                eventType: "task.failed";
                taskId: string;
                tenant: string;
                timestamp: number;
                epoch: number;
                attempt: number;
                seq: number;
                trace?: string;
                /** @description What went wrong, in plain words */
                error: string;
                /**
                 * @description A stable code for programs
                 * @example IMAGE_CORRUPT
                 */
                code: string;
                retryable: boolean;
                /** @description Attempts that have ended so far */
                attempts: number;
                /** @constant */
                willRetry: false;
                startedAt: number | null;
                waitMs: number | null;
                workerId: string | null;
            } | {
                /** @constant */
                eventType: "task.cancelled";
                taskId: string;
                tenant: string;
                timestamp: number;
                epoch: number;
                attempt: number;
                seq: number;
                trace?: string;
                /** @description Attempts that have ended so far */
                attempts: number;
            } | {
                /** @constant */
                eventType: "task.expired";
                taskId: string;
                tenant: string;
                timestamp: number;
                epoch: number;
                attempt: number;
                seq: number;
                trace?: string;
            } | {
                /** @constant */
                eventType: "batch.completed";
                batchId: string;
                tenant: string;
                timestamp: number;
                total: number;
                counts: components["schemas"]["StatusCountsOutput"];
            } | {
                /** @constant */
                eventType: "webhook.ping";
                webhookId: string;
                tenant: string;
                timestamp: number;
            } | {
                /** @constant */
                eventType: "webhook.disabled";
                webhookId: string;
                tenant: string;
                timestamp: number;
                url: string;
                reason: string;
            };
        };
        AuditPage: {
            items: components["schemas"]["AuditEntry"][];
            nextCursor: string | null;
        };
        AuditEntry: {
            id: string;
            /** Format: date-time */
            at: string;
            /** @description That of the administrator */
            tenant: string;
            /** @description The key that was used; null for the ADMIN_TOKEN, a token of the OIDC issuer, or a shell */
            keyId: string | null;
            /** @description Where the request came from; null for a shell */
            address: string | null;
            /** @description The route, or the command */
            action: string;
            /** @description The path that was requested */
            path: string | null;
            /** @description What was requested, if it had a body of at most 4 KiB */
            request: {
                [key: string]: unknown;
            } | null;
            /** @description What was created, if anything was */
            result: {
                [key: string]: unknown;
            } | null;
            /** @description Of the response; null for a shell, or if the process ended before it was sent */
            status: number | null;
        };
        AcceptedJob: {
            jobId: string;
            statusUrl: string;
            downloadUrl: string;
            estimatedTime: string;
        };
        JobList: {
            jobs: components["schemas"]["Job"][];
            count: number;
        };
        Job: {
            jobId: string;
            /** @enum {string} */
            status: "pending" | "active" | "completed" | "failed";
            progress: {
                stage: string;
                progress: number;
            };
            /** @description Of a video */
            city?: string;
            /** @description Of a video */
            language?: string;
            data: {
                taskId: string;
                imagePath: string;
                /** @description Milliseconds since 1970 */
                timestamp: number;
                epoch: number;
                name: string;
            };
            result: ({
                images: {
                    resolution: string;
                    width: number;
                    height: number;
                    /** @constant */
                    format: "jpeg";
                    /** @description In bytes */
                    size: number;
                    /** @description MD5 of its bytes, in hex */
                    md5: string;
                    /** @description Its storage key, relative to the data root */
                    path: string;
                    url: string;
                }[];
                /** @description Every file but the thumbnail; of photos, the largest variant first. Release 0.1 does not list those of image tasks */
                files?: components["schemas"]["TaskFile"][];
                processingTime: number | null;
            } & {
                [key: string]: unknown;
            }) | null;
            error: string | null;
            /** Format: date-time */
            createdAt: string;
            processedOn: string | null;
            finishedOn: string | null;
        };
        JobProgress: {
            jobId: string;
            /** @enum {string} */
            status: "pending" | "active" | "completed" | "failed";
            progress: {
                stage: string;
                progress: number;
            };
            error: string | null;
            /** Format: date-time */
            createdAt: string;
            processedOn: string | null;
            finishedOn: string | null;
            downloadUrl: string;
        };
        AcceptedVideo: {
            jobId: string;
            /** @constant */
            status: "pending";
            message: string;
            estimatedTime: string;
        };
        PhotoStatus: {
            /** @enum {string} */
            status: "pending" | "processing" | "completed" | "failed";
            /** @description Why the last attempt failed */
            error: string | null;
            /** @description Whether its numbers have been read */
            isProcessed: boolean;
            /** @description Since when */
            processedAt: string | null;
        };
        Health: {
            /** @enum {string} */
            status: "ok" | "degraded" | "down";
            services: {
                redis: boolean;
                mongo: boolean;
                queue: boolean;
                /** @description The data folder; with `STORAGE=s3` the folder in which uploads are received */
                storage: boolean;
                /** @description The bucket, if files are stored in one (`STORAGE=s3`) */
                minio?: boolean;
            };
            /** @description Tasks that have not ended; null if unknown */
            pending: number | null;
            diskFreeBytes: number | null;
            /** @description Why the status is not `ok` */
            reasons?: string[];
            /** @description Problems that do not affect the service yet */
            warnings?: string[];
        };
        Liveness: {
            /** @constant */
            status: "ok";
        };
        Readiness: {
            /** @enum {string} */
            status: "ok" | "closing" | "not ready";
            reason?: string;
        };
        VariantOutput: {
            resolution: string;
            width: number;
            height: number;
            /** @constant */
            format: "jpeg";
            /** @description In bytes */
            size: number;
            /** @description MD5 of its bytes, in hex */
            md5: string;
            /** @description Its storage key, relative to the data root */
            path: string;
        };
        StoredFileOutput: {
            /** @description The name to request it by in a download */
            name: string;
            contentType: string;
            bytes: number;
            /** @description MD5 of its bytes, in hex */
            md5: string;
            /** @description Its storage key, relative to the data root */
            path: string;
            facts?: {
                [key: string]: unknown;
            };
        };
        StatusCountsOutput: {
            pending: number;
            processing: number;
            completed: number;
            failed: number;
            cancelled: number;
            expired: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listTasks: {
        parameters: {
            query?: {
                /**
                 * @description Only tasks in this status
                 * @example completed
                 */
                status?: "pending" | "processing" | "completed" | "failed" | "cancelled" | "expired";
                /** @description Only tasks of this kind */
                kind?: "image.optimize" | "photo.bibs" | "video.render";
                /**
                 * @description Only tasks of this priority
                 * @example interactive
                 */
                priority?: "premium" | "interactive" | "normal" | "batch";
                /** @description Created at or after this time, such as 2026-01-31T00:00:00Z */
                createdFrom?: string;
                /** @description Created before this time, such as 2026-03-01T00:00:00+02:00 (write the + as %2B in a URL) */
                createdTo?: string;
                /** @description Only tasks of this batch */
                batchId?: string;
                /**
                 * @description Only photos of this album
                 * @example valencia-2026
                 */
                album?: string;
                /**
                 * @description Only tasks whose error has this code
                 * @example IMAGE_CORRUPT
                 */
                code?: string;
                /**
                 * @description Only tasks whose last run was on this worker
                 * @example photos-1-4127
                 */
                workerId?: string;
                /**
                 * @description A search: words of the name or of the values in the metadata, all of which must occur, in any order; a word is found by its first letters, from three on. Case and accents do not matter. One or two letters are a whole word, unless a longer word is next to them; in scripts without spaces, such as Japanese or Thai, any part of a text is found. Or, in full, the id of a task, the id of its job, or the code of its error, such as IMAGE_CORRUPT
                 * @example beach
                 */
                q?: string;
                /** @description The page number */
                page?: number;
                /** @description Tasks per page */
                limit?: number;
                /** @description Where the page starts: `nextCursor` of the previous page; takes precedence over `page` */
                cursor?: string;
            };
            header?: {
                /** @description The ETag of the response that you have: 304 if nothing has changed */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of tasks */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskPage"];
                };
            };
            /** @description Not modified: the ETag still matches */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createTask: {
        parameters: {
            query?: {
                /** @description Replaces the name of the file */
                name?: string;
                /** @description Tasks of a higher priority are processed first */
                priority?: "premium" | "interactive" | "normal" | "batch";
                /** @description What to do with the file */
                kind?: "image.optimize" | "photo.bibs";
                /** @description How long the files are kept after the task has ended */
                ttlSeconds?: number;
                /** @description Any JSON object, stored with the task */
                metadata?: {
                    [key: string]: unknown;
                };
                /** @description Where the end is reported to, by a signed POST */
                callbackUrl?: string;
                /** @description Who is told, once, when it has ended */
                notify?: {
                    /**
                     * Format: email
                     * @description An address
                     */
                    email?: string;
                    /**
                     * @description A number with its country code
                     * @example +34600123456
                     */
                    sms?: string;
                    /**
                     * @description The language of the message
                     * @default en
                     * @enum {string}
                     */
                    language?: "en" | "es";
                };
                /** @description The album of the photo: groups the photos of a race */
                album?: string;
            };
            header?: {
                /** @description A unique key of your choice, such as a UUID: makes the request safe to repeat for 24 hours */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": {
                    /**
                     * Format: binary
                     * @description The photo: JPEG, PNG, WebP or GIF (determined by content), at most 0 MiB and 1 pixels
                     */
                    file: Blob;
                    /**
                     * Format: binary
                     * @deprecated
                     * @description Another name of `file`, for existing clients
                     */
                    image?: Blob;
                    /**
                     * @description Replaces the name of the file
                     * @example beach.jpg
                     */
                    name?: string;
                    /**
                     * @description Tasks of a higher priority are processed first
                     * @default interactive
                     * @enum {string}
                     */
                    priority?: "premium" | "interactive" | "normal" | "batch";
                    /**
                     * @description What to do with the file
                     * @default image.optimize
                     * @enum {string}
                     */
                    kind?: "image.optimize" | "photo.bibs";
                    /**
                     * @description How long the files are kept after the task has ended
                     * @default 60
                     */
                    ttlSeconds?: number;
                    /**
                     * @description Any JSON object, stored with the task
                     * @example {
                     *       "album": 7
                     *     }
                     */
                    metadata?: {
                        [key: string]: unknown;
                    };
                    /**
                     * @description Where the end is reported to, by a signed POST
                     * @example https://shop.example/darkroom
                     */
                    callbackUrl?: string;
                    /** @description Who is told, once, when it has ended */
                    notify?: {
                        /**
                         * Format: email
                         * @description An address
                         */
                        email?: string;
                        /**
                         * @description A number with its country code
                         * @example +34600123456
                         */
                        sms?: string;
                        /**
                         * @description The language of the message
                         * @default en
                         * @enum {string}
                         */
                        language?: "en" | "es";
                    };
                    /**
                     * @description The album of the photo: groups the photos of a race
                     * @example valencia-2026
                     */
                    album?: string;
                };
                "image/*": Blob;
                "application/octet-stream": Blob;
                "application/json": {
                    /**
                     * @description What to do
                     * @enum {string}
                     */
                    kind: "video.render";
                    /** @description Depends on the kind; of a video, it has the name of its template and the fields of that */
                    input: {
                        [key: string]: unknown;
                    };
                    /** @description The name of the task, and of its files in downloads */
                    name?: string;
                    /**
                     * @description Tasks of a higher priority are processed first
                     * @default interactive
                     * @enum {string}
                     */
                    priority?: "premium" | "interactive" | "normal" | "batch";
                    /** @description How long the files are kept after the task has ended; those of videos 30 days by default */
                    ttlSeconds?: number;
                    /**
                     * @description Any JSON object, stored with the task
                     * @example {
                     *       "album": 7
                     *     }
                     */
                    metadata?: {
                        [key: string]: unknown;
                    };
                    /**
                     * @description Where the end is reported to, by a signed POST
                     * @example https://shop.example/darkroom
                     */
                    callbackUrl?: string;
                    /** @description Who is told, once, when it has ended */
                    notify?: {
                        /**
                         * Format: email
                         * @description An address
                         */
                        email?: string;
                        /**
                         * @description A number with its country code
                         * @example +34600123456
                         */
                        sms?: string;
                        /**
                         * @description The language of the message
                         * @default en
                         * @enum {string}
                         */
                        language?: "en" | "es";
                    };
                } | {
                    source: {
                        /**
                         * @description A worker downloads the photo from there
                         * @example https://photos.example/beach.jpg
                         */
                        url: string;
                    };
                    /** @description By default the last part of the URL */
                    name?: string;
                    /**
                     * @description What to do with the file
                     * @enum {string}
                     */
                    kind?: "image.optimize" | "photo.bibs";
                    /**
                     * @description Tasks of a higher priority are processed first
                     * @enum {string}
                     */
                    priority?: "premium" | "interactive" | "normal" | "batch";
                    /** @description How long the files are kept after the task has ended */
                    ttlSeconds?: number;
                    /**
                     * @description Any JSON object, stored with the task
                     * @example {
                     *       "album": 7
                     *     }
                     */
                    metadata?: {
                        [key: string]: unknown;
                    };
                    /**
                     * @description Where the end is reported to, by a signed POST
                     * @example https://shop.example/darkroom
                     */
                    callbackUrl?: string;
                    /** @description Who is told, once, when it has ended */
                    notify?: {
                        /**
                         * Format: email
                         * @description An address
                         */
                        email?: string;
                        /**
                         * @description A number with its country code
                         * @example +34600123456
                         */
                        sms?: string;
                        /**
                         * @description The language of the message
                         * @default en
                         * @enum {string}
                         */
                        language?: "en" | "es";
                    };
                    /**
                     * @description The album of the photo: groups the photos of a race
                     * @example valencia-2026
                     */
                    album?: string;
                };
            };
        };
        responses: {
            /** @description The task, and when it should be finished */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AcceptedTask"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTask: {
        parameters: {
            query?: {
                /**
                 * @description Maximum number of seconds to wait for a change
                 * @example 10
                 */
                wait?: number;
            };
            header?: {
                /** @description The ETag of the response that you have: 304 if nothing has changed */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The id of the task, or its jobId */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The task */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            /** @description Not modified: the ETag still matches */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteTask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the task, or its jobId */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateTask: {
        parameters: {
            query?: never;
            header?: {
                /** @description Fail with 412 unless this is still the ETag of the task */
                "If-Match"?: string;
            };
            path: {
                /** @description The id of the task, or its jobId */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The file name for downloads of variants */
                    name?: string;
                    /**
                     * @description Any JSON object, stored with the task
                     * @example {
                     *       "album": 7
                     *     }
                     */
                    metadata?: {
                        [key: string]: unknown;
                    };
                    /** @description How long the files are kept after the task has ended */
                    ttlSeconds?: number;
                };
            };
        };
        responses: {
            /** @description The updated task */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancelTask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the task, or its jobId */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The task */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    retryTask: {
        parameters: {
            query?: {
                /** @description Whether the people that the upload named are told of this end too */
                notify?: "true" | "false";
            };
            header?: never;
            path: {
                /** @description The id of the task, or its jobId */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The task, pending again */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    downloadVariant: {
        parameters: {
            query?: {
                /** @description Whether browsers save the file or show it */
                disposition?: "attachment" | "inline";
                /**
                 * @description The width of the variant, the largest by default; `thumb` is a thumbnail of at most 320 pixels, `original` the photo as it was uploaded
                 * @example 1024
                 */
                resolution?: "800" | "1024" | "thumb" | "original";
                /** @description The name of the file, for tasks of any kind; the first by default */
                file?: string;
                /** @description The MD5 of the file, as in its URL: it may then be cached for good, without asking again */
                v?: string;
            };
            header?: {
                /** @description A range of the file, such as `bytes=0-1023` */
                Range?: string;
                /** @description The ETag of the part that you have; if the file has changed since, the response is the whole file */
                "If-Range"?: string;
                /** @description Fail with 412 unless this is still the ETag */
                "If-Match"?: string;
                /** @description The ETag of the response that you have: 304 if nothing has changed */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The id of the task, or its jobId */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The whole file */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/jpeg": Blob;
                    "video/mp4": Blob;
                    "image/png": Blob;
                    "image/webp": Blob;
                    "image/gif": Blob;
                };
            };
            /** @description A part of it */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/jpeg": Blob;
                    "video/mp4": Blob;
                    "image/png": Blob;
                    "image/webp": Blob;
                    "image/gif": Blob;
                };
            };
            /** @description With `DOWNLOADS=redirect`: the file is at this URL of the bucket for the next hour */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not modified: the ETag still matches */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    signDownload: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the task, or its jobId */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /**
                     * @description The width of the variant, the largest by default; `thumb` is a thumbnail of at most 320 pixels, `original` the photo as it was uploaded
                     * @enum {string}
                     */
                    resolution?: "800" | "1024" | "thumb" | "original";
                    /** @description The name of the file, for tasks of any kind; the first by default */
                    file?: string;
                    /**
                     * @description How long the URL is valid
                     * @default 3600
                     */
                    expiresInSeconds?: number;
                };
            };
        };
        responses: {
            /** @description The URL, and when it expires */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DownloadUrl"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listTaskEvents: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the last event that you received, such as `1.1998`: the stream continues after it */
                "Last-Event-ID"?: string;
                /** @description The ETag of the response that you have: 304 if nothing has changed */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The id of the task, or its jobId */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The events, oldest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskEventPage"];
                    /**
                     * @example id: 1.2001
                     *     event: task.processing
                     *     data: {"seq":2001,"epoch":1,"attempt":2,"type":"task.processing","at":"2026-05-04T09:30:02.191Z","data":{"workerId":"photos-1-4127","startedAt":1777887002191,"waitMs":2071,"attempts":1}}
                     *
                     *     id: 1.2002
                     *     event: task.progress
                     *     data: {"seq":2002,"epoch":1,"attempt":2,"type":"task.progress","at":"2026-05-04T09:30:02.230Z","data":{"workerId":"photos-1-4127","startedAt":1777887002191,"waitMs":2071,"attempts":1,"stage":"encode","percent":45}}
                     *
                     *     id: 1.2998
                     *     event: task.completed
                     *     data: {"seq":2998,"epoch":1,"attempt":2,"type":"task.completed","at":"2026-05-04T09:30:02.262Z","data":{"workerId":"photos-1-4127","startedAt":1777887002191,"waitMs":2071,"attempts":2,"images":[{"resolution":"1024","width":1024,"height":768,"format":"jpeg","size":143210,"md5":"5d0f2a8c6b9e4713a1c7e35f90b24d68","path":"output/beach/1024/5d0f2a8c6b9e4713a1c7e35f90b24d68.jpg"},{"resolution":"800","width":800,"height":600,"format":"jpeg","size":94517,"md5":"b3c81e07f4a92d5680e6c1f7392ad45e","path":"output/beach/800/b3c81e07f4a92d5680e6c1f7392ad45e.jpg"}],"processingTime":71}}
                     */
                    "text/event-stream": string;
                };
            };
            /** @description The task has ended, and the client has received all of its events */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not modified: the ETag still matches */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listEvents: {
        parameters: {
            query?: {
                /** @description `next` of the last page, or the id of the last event of a stream */
                after?: string;
            };
            header?: {
                /** @description The id of the last event: the stream continues after it */
                "Last-Event-ID"?: string;
                /** @description The ETag of the response that you have: 304 if nothing has changed */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The events, oldest first. Without a position, those that are still to come */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventPage"];
                    /**
                     * @example id: 9f86d081884c-411
                     *     event: task.created
                     *     data: {"taskId":"69f867183b2f5c0d9e41a7c2","event":{"seq":0,"epoch":1,"attempt":0,"type":"task.created","at":"2026-05-04T09:30:00.120Z","data":{"kind":"image.optimize","priority":"interactive","name":"beach.jpg"}}}
                     *
                     *     id: 9f86d081884c-412
                     *     event: task.processing
                     *     data: {"taskId":"69f867183b2f5c0d9e41a7c2","event":{"seq":1001,"epoch":1,"attempt":1,"type":"task.processing","at":"2026-05-04T09:30:00.132Z","data":{"workerId":"photos-1-4127","startedAt":1777887000132,"waitMs":12,"attempts":0}}}
                     */
                    "text/event-stream": string;
                };
            };
            /** @description Not modified: the ETag still matches */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listBatches: {
        parameters: {
            query?: {
                /** @description `completed`: all tasks have ended (`completedAt`), even if one was restarted since; `processing`: not yet */
                status?: "processing" | "completed";
                /** @description Created at or after this time, such as 2026-01-31T00:00:00Z */
                createdFrom?: string;
                /** @description Created before this time */
                createdTo?: string;
                /** @description The page number */
                page?: number;
                /** @description Batches per page */
                limit?: number;
                /** @description Where the page starts: `nextCursor` of the previous page; takes precedence over `page` */
                cursor?: string;
            };
            header?: {
                /** @description The ETag of the response that you have: 304 if nothing has changed */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of batches */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BatchList"];
                };
            };
            /** @description Not modified: the ETag still matches */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createBatch: {
        parameters: {
            query?: never;
            header?: {
                /** @description A unique key of your choice, such as a UUID: makes the request safe to repeat for 24 hours */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": {
                    /** @description The photos, in fields of any of these names: `files`, `file`, `image`; each at most 0 MiB and 1 pixels, in total at most 0 MiB */
                    files: Blob[];
                    /**
                     * @description Replaces the name of the file
                     * @example beach.jpg
                     */
                    name?: string;
                    /**
                     * @description Tasks of a higher priority are processed first
                     * @default batch
                     * @enum {string}
                     */
                    priority?: "premium" | "interactive" | "normal" | "batch";
                    /**
                     * @description What to do with the file
                     * @default image.optimize
                     * @enum {string}
                     */
                    kind?: "image.optimize" | "photo.bibs";
                    /**
                     * @description How long the files are kept after the task has ended
                     * @default 60
                     */
                    ttlSeconds?: number;
                    /**
                     * @description Any JSON object, stored with the task
                     * @example {
                     *       "album": 7
                     *     }
                     */
                    metadata?: {
                        [key: string]: unknown;
                    };
                    /**
                     * @description Where the end is reported to, by a signed POST
                     * @example https://shop.example/darkroom
                     */
                    callbackUrl?: string;
                    /** @description Who is told, once, when it has ended */
                    notify?: {
                        /**
                         * Format: email
                         * @description An address
                         */
                        email?: string;
                        /**
                         * @description A number with its country code
                         * @example +34600123456
                         */
                        sms?: string;
                        /**
                         * @description The language of the message
                         * @default en
                         * @enum {string}
                         */
                        language?: "en" | "es";
                    };
                    /**
                     * @description The album of the photo: groups the photos of a race
                     * @example valencia-2026
                     */
                    album?: string;
                };
                "application/json": {
                    /** @description The photos; `metadata` is that of the batch unless an item has its own */
                    items: {
                        source: {
                            /**
                             * @description A worker downloads the photo from there
                             * @example https://photos.example/beach.jpg
                             */
                            url: string;
                        };
                        /** @description By default the last part of the URL */
                        name?: string;
                        /**
                         * @description Any JSON object, stored with the task
                         * @example {
                         *       "album": 7
                         *     }
                         */
                        metadata?: {
                            [key: string]: unknown;
                        };
                    }[];
                    /**
                     * @description What to do with the file
                     * @enum {string}
                     */
                    kind?: "image.optimize" | "photo.bibs";
                    /**
                     * @description Tasks of a higher priority are processed first
                     * @enum {string}
                     */
                    priority?: "premium" | "interactive" | "normal" | "batch";
                    /** @description How long the files are kept after the task has ended */
                    ttlSeconds?: number;
                    /**
                     * @description Any JSON object, stored with the task
                     * @example {
                     *       "album": 7
                     *     }
                     */
                    metadata?: {
                        [key: string]: unknown;
                    };
                    /**
                     * @description Where the end is reported to, by a signed POST
                     * @example https://shop.example/darkroom
                     */
                    callbackUrl?: string;
                    /** @description Who is told, once, when it has ended */
                    notify?: {
                        /**
                         * Format: email
                         * @description An address
                         */
                        email?: string;
                        /**
                         * @description A number with its country code
                         * @example +34600123456
                         */
                        sms?: string;
                        /**
                         * @description The language of the message
                         * @default en
                         * @enum {string}
                         */
                        language?: "en" | "es";
                    };
                    /**
                     * @description The album of the photo: groups the photos of a race
                     * @example valencia-2026
                     */
                    album?: string;
                };
            };
        };
        responses: {
            /** @description The result for each file */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AcceptedBatch"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["BatchProblem"];
                };
            };
        };
    };
    getBatch: {
        parameters: {
            query?: {
                /** @description The page number */
                page?: number;
                /** @description Tasks per page */
                limit?: number;
                /** @description Where the page starts: `nextCursor` of the previous page; takes precedence over `page` */
                cursor?: string;
                /**
                 * @description Maximum number of seconds to wait for a change
                 * @example 10
                 */
                wait?: number;
            };
            header?: {
                /** @description The ETag of the response that you have: 304 if nothing has changed */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The batchId */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The batch */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BatchPage"];
                };
            };
            /** @description Not modified: the ETag still matches */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    downloadBatch: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the response that you have: 304 if nothing has changed */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The batchId */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The archive */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/zip": Blob;
                };
            };
            /** @description Not modified: the ETag still matches */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listBatchEvents: {
        parameters: {
            query?: {
                /** @description `next` of the last page, or the id of the last event of a stream */
                after?: string;
            };
            header?: {
                /** @description The id of the last event: the stream continues after it */
                "Last-Event-ID"?: string;
                /** @description The ETag of the response that you have: 304 if nothing has changed */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The batchId */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The events, oldest first; as JSON, at most 500 at a time */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BatchEventPage"];
                    /**
                     * @example id: 482961e5-0.0_1.0
                     *     event: task.created
                     *     data: {"taskId":"69f867183b2f5c0d9e41a7c2","event":{"seq":0,"epoch":1,"attempt":0,"type":"task.created","at":"2026-05-04T09:30:00.120Z","data":{"kind":"image.optimize","priority":"interactive","name":"beach.jpg"}}}
                     *
                     *     id: 482961e5-0.0_1.1001
                     *     event: task.processing
                     *     data: {"taskId":"69f867183b2f5c0d9e41a7c2","event":{"seq":1001,"epoch":1,"attempt":1,"type":"task.processing","at":"2026-05-04T09:30:00.132Z","data":{"workerId":"photos-1-4127","startedAt":1777887000132,"waitMs":12,"attempts":0}}}
                     */
                    "text/event-stream": string;
                };
            };
            /** @description All tasks have ended, and the client has received all of their events */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not modified: the ETag still matches */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createUpload: {
        parameters: {
            query?: never;
            header: {
                /** @description A unique key of your choice, such as a UUID: makes the request safe to repeat for 24 hours */
                "Idempotency-Key"?: string;
                /** @description The version of the tus protocol */
                "Tus-Resumable": "1.0.0";
                /** @description The size of the file in bytes */
                "Upload-Length": string;
                /** @description `filename`, `sha256` (compared with the bytes that arrive), and the text fields of `POST /tasks`: keys, each with its value in Base64 */
                "Upload-Metadata"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/offset+octet-stream": Blob;
            };
        };
        responses: {
            /** @description Send the bytes to the address in Location */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createDirectUpload: {
        parameters: {
            query?: never;
            header?: {
                /** @description A unique key of your choice, such as a UUID: makes the request safe to repeat for 24 hours */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description The name of the file
                     * @example beach.jpg
                     */
                    name: string;
                    /** @description Its size */
                    bytes: number;
                    /** @description Its SHA-256, in hexadecimal */
                    sha256: string;
                    /**
                     * @description What to do with the file
                     * @enum {string}
                     */
                    kind?: "image.optimize" | "photo.bibs";
                    /**
                     * @description Tasks of a higher priority are processed first
                     * @enum {string}
                     */
                    priority?: "premium" | "interactive" | "normal" | "batch";
                    /** @description How long the files are kept after the task has ended */
                    ttlSeconds?: number;
                    /**
                     * @description Any JSON object, stored with the task
                     * @example {
                     *       "album": 7
                     *     }
                     */
                    metadata?: {
                        [key: string]: unknown;
                    };
                    /**
                     * @description Where the end is reported to, by a signed POST
                     * @example https://shop.example/darkroom
                     */
                    callbackUrl?: string;
                    /** @description Who is told, once, when it has ended */
                    notify?: {
                        /**
                         * Format: email
                         * @description An address
                         */
                        email?: string;
                        /**
                         * @description A number with its country code
                         * @example +34600123456
                         */
                        sms?: string;
                        /**
                         * @description The language of the message
                         * @default en
                         * @enum {string}
                         */
                        language?: "en" | "es";
                    };
                    /**
                     * @description The album of the photo: groups the photos of a race
                     * @example valencia-2026
                     */
                    album?: string;
                };
            };
        };
        responses: {
            /** @description How to send the bytes */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DirectUpload"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getUpload: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the response that you have: 304 if nothing has changed */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The id of the upload */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The upload */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StagedUpload"];
                };
            };
            /** @description Not modified: the ETag still matches */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteUpload: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the upload */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    continueUpload: {
        parameters: {
            query?: never;
            header: {
                /** @description The version of the tus protocol */
                "Tus-Resumable": "1.0.0";
                /** @description Where these bytes begin: as many as are stored */
                "Upload-Offset": string;
            };
            path: {
                /** @description The id of the upload */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/offset+octet-stream": Blob;
            };
        };
        responses: {
            /** @description Stored */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    completeUpload: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the upload */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The task */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    findPhotos: {
        parameters: {
            query: {
                /**
                 * @description The number
                 * @example 587
                 */
                bib: string;
                /** @description `contains` also finds numbers of which `bib` is only a part, at least two characters */
                match?: "exact" | "contains";
                /**
                 * @description Only photos of this album
                 * @example valencia-2026
                 */
                album?: string;
                /** @description Only readings with at least this confidence */
                minConfidence?: number;
                /** @description Readings per page */
                limit?: number;
                /** @description Where the page starts: `nextCursor` of the previous page */
                cursor?: string;
            };
            header?: {
                /** @description The ETag of the response that you have: 304 if nothing has changed */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of photos */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PhotoPage"];
                };
            };
            /** @description Not modified: the ETag still matches */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    correctPhotoBibs: {
        parameters: {
            query?: never;
            header?: {
                /** @description Fail with 412 unless this is still the ETag of the task */
                "If-Match"?: string;
            };
            path: {
                /** @description The id of the task, or its jobId */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description All numbers on the photo; none if there are none */
                    bibs: {
                        number: string;
                        /** @description Where it is. Without it, where this number was read before */
                        box?: {
                            left: number;
                            top: number;
                            width: number;
                            height: number;
                        };
                    }[];
                };
            };
        };
        responses: {
            /** @description The task of the photo */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAlbums: {
        parameters: {
            query?: {
                /** @description The page number */
                page?: number;
                /** @description Albums per page */
                limit?: number;
            };
            header?: {
                /** @description The ETag of the response that you have: 304 if nothing has changed */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of albums */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlbumList"];
                };
            };
            /** @description Not modified: the ETag still matches */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAlbum: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the response that you have: 304 if nothing has changed */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The name of the album */
                album: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The album */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Album"];
                };
            };
            /** @description Not modified: the ETag still matches */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAlbumReview: {
        parameters: {
            query?: {
                /** @description Readings with less confidence than this */
                below?: number;
                /** @description Readings per page */
                limit?: number;
                /** @description Where the page starts: `nextCursor` of the previous page */
                cursor?: string;
            };
            header?: {
                /** @description The ETag of the response that you have: 304 if nothing has changed */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The name of the album */
                album: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of photos */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PhotoPage"];
                };
            };
            /** @description Not modified: the ETag still matches */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getRoster: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the response that you have: 304 if nothing has changed */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The name of the album */
                album: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The roster */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Roster"];
                };
            };
            /** @description Not modified: the ETag still matches */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putRoster: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name of the album */
                album: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "text/csv": string;
                "application/json": {
                    /** @description The valid numbers, and the names of those who wear them */
                    numbers: {
                        number: string;
                        name?: string;
                    }[];
                };
            };
        };
        responses: {
            /** @description The roster, which is being applied */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RosterSummary"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeRoster: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name of the album */
                album: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listQueues: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the response that you have: 304 if nothing has changed */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All queues */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QueueList"];
                };
            };
            /** @description Not modified: the ETag still matches */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getQueueStats: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the response that you have: 304 if nothing has changed */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The name of the queue */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its job counts */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QueueStats"];
                };
            };
            /** @description Not modified: the ETag still matches */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getQueueLoad: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the response that you have: 304 if nothing has changed */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The name of the queue */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its work */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QueueLoad"];
                };
            };
            /** @description Not modified: the ETag still matches */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listQueueJobs: {
        parameters: {
            query?: {
                /** @description Only jobs in this state; `waiting` includes prioritized jobs */
                state?: "waiting" | "prioritized" | "active" | "delayed" | "completed" | "failed";
                /** @description The position of the first job */
                start?: number;
                /** @description The position of the last job, at most 49 after the first; 50 jobs by default */
                end?: number;
            };
            header?: {
                /** @description The ETag of the response that you have: 304 if nothing has changed */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The name of the queue */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The jobs from `start` to `end`, inclusive */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QueueJobPage"];
                };
            };
            /** @description Not modified: the ETag still matches */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pauseQueue: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name of the queue */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The queue after the change */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QueueStats"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resumeQueue: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name of the queue */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The queue after the change */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QueueStats"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listWorkers: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the response that you have: 304 if nothing has changed */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The workers of all queues */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkerList"];
                };
            };
            /** @description Not modified: the ETag still matches */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listDeadLetters: {
        parameters: {
            query?: {
                /** @description Only tasks of this kind */
                kind?: "image.optimize" | "photo.bibs" | "video.render";
                /**
                 * @description Only tasks of this priority
                 * @example interactive
                 */
                priority?: "premium" | "interactive" | "normal" | "batch";
                /** @description Created at or after this time, such as 2026-01-31T00:00:00Z */
                createdFrom?: string;
                /** @description Created before this time, such as 2026-03-01T00:00:00+02:00 (write the + as %2B in a URL) */
                createdTo?: string;
                /** @description Only tasks of this batch */
                batchId?: string;
                /**
                 * @description Only photos of this album
                 * @example valencia-2026
                 */
                album?: string;
                /**
                 * @description Only tasks whose error has this code
                 * @example IMAGE_CORRUPT
                 */
                code?: string;
                /**
                 * @description Only tasks whose last run was on this worker
                 * @example photos-1-4127
                 */
                workerId?: string;
                /**
                 * @description A search: words of the name or of the values in the metadata, all of which must occur, in any order; a word is found by its first letters, from three on. Case and accents do not matter. One or two letters are a whole word, unless a longer word is next to them; in scripts without spaces, such as Japanese or Thai, any part of a text is found. Or, in full, the id of a task, the id of its job, or the code of its error, such as IMAGE_CORRUPT
                 * @example beach
                 */
                q?: string;
                /** @description The page number */
                page?: number;
                /** @description Tasks per page */
                limit?: number;
                /** @description Where the page starts: `nextCursor` of the previous page; takes precedence over `page` */
                cursor?: string;
                /** @description Count by error code instead of listing */
                groupBy?: "error";
            };
            header?: {
                /** @description The ETag of the response that you have: 304 if nothing has changed */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of tasks, or a count for each error code */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskPage"] | components["schemas"]["DeadLetterGroups"];
                };
            };
            /** @description Not modified: the ETag still matches */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replayDeadLetters: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Ids of failed tasks */
                    ids?: string[];
                    /** @description Which failed tasks; all of them if it is empty */
                    filter?: {
                        code?: string;
                        /** Format: date-time */
                        createdFrom?: string;
                        /** Format: date-time */
                        createdTo?: string;
                    };
                    /**
                     * @description Maximum number of tasks, with a filter
                     * @default 100
                     */
                    limit?: number;
                    /**
                     * @description Whether the people that the uploads named are told of the new ends
                     * @default false
                     */
                    notify?: boolean;
                    /**
                     * @description Only count the tasks, without restarting them
                     * @default false
                     */
                    dryRun?: boolean;
                } & (unknown | unknown);
            };
        };
        responses: {
            /** @description The tasks that would be restarted (`dryRun`) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplayReport"];
                };
            };
            /** @description The tasks that were restarted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplayReport"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getStats: {
        parameters: {
            query?: {
                /** @description Adds `minutes`: what has ended in each minute since then, at most 24 hours ago */
                since?: string;
            };
            header?: {
                /** @description The ETag of the response that you have: 304 if nothing has changed */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The statistics, and when they were counted */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Stats"];
                };
            };
            /** @description Not modified: the ETag still matches */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAssets: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the response that you have: 304 if nothing has changed */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Stored and shipped ones */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AssetList"];
                };
            };
            /** @description Not modified: the ETag still matches */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAsset: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the response that you have: 304 if nothing has changed */
                "If-None-Match"?: string;
            };
            path: {
                /** @description Its name, with an extension */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The picture */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/jpeg": Blob;
                    "image/png": Blob;
                    "image/webp": Blob;
                };
            };
            /** @description A range of it */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/jpeg": Blob;
                    "image/png": Blob;
                    "image/webp": Blob;
                };
            };
            /** @description Not modified: the ETag still matches */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putAsset: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its name, with an extension */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "image/jpeg": Blob;
                "image/png": Blob;
                "image/webp": Blob;
            };
        };
        responses: {
            /** @description It is stored */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Asset"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteAsset: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its name, with an extension */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getUsage: {
        parameters: {
            query?: {
                /** @description The first day, in UTC; by default 29 days before the last */
                from?: string;
                /** @description The last day; by default today */
                to?: string;
            };
            header?: {
                /** @description The ETag of the response that you have: 304 if nothing has changed */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The usage */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Usage"];
                    /**
                     * @example tenant,day,tasks,bytes
                     *     default,2026-05-03,1204,3411022848
                     *     default,2026-05-04,310,871223296
                     */
                    "text/csv": string;
                };
            };
            /** @description Not modified: the ETag still matches */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listKeys: {
        parameters: {
            query?: {
                /** @description By default that of the caller */
                tenant?: string;
            };
            header?: {
                /** @description The ETag of the response that you have: 304 if nothing has changed */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its keys */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["ApiKey"][];
                    };
                };
            };
            /** @description Not modified: the ETag still matches */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Who uses it, for people */
                    name: string;
                    /**
                     * @description What it permits
                     * @default [
                     *       "tasks:read",
                     *       "tasks:write"
                     *     ]
                     */
                    scopes?: ("tasks:read" | "tasks:write" | "queues:read" | "queues:admin" | "keys:admin")[];
                    /** @description The tenant whose tasks it can see; by default that of the caller */
                    tenant?: string;
                    /** @description After this long it is refused; by default it does not expire */
                    expiresInSeconds?: number;
                };
            };
        };
        responses: {
            /** @description The key, shown only once */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedApiKey"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rotateKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the key */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /**
                     * @description How long the old key still works
                     * @default 3600
                     */
                    graceSeconds?: number;
                };
            };
        };
        responses: {
            /** @description The new key */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedApiKey"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the key */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoked */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createUploadToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /**
                     * @description The only kind of task that it can create; by default any that has a file
                     * @enum {string}
                     */
                    kind?: "image.optimize" | "photo.bibs";
                    /** @description The most that a file may have; at most the limit of the installation */
                    maxBytes?: number;
                    /**
                     * @description How many files it can upload
                     * @default 1
                     */
                    uploads?: number;
                    /** @description The only origin whose pages can use it, which `CORS_ORIGINS` must list as well */
                    origin?: string;
                    /**
                     * @description How long it is valid
                     * @default 600
                     */
                    expiresInSeconds?: number;
                };
            };
        };
        responses: {
            /** @description The token, shown only once */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadToken"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listWebhooks: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the response that you have: 304 if nothing has changed */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The webhooks */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Webhook"][];
                    };
                };
            };
            /** @description Not modified: the ETag still matches */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Where events are sent to, by POST */
                    url: string;
                    /**
                     * @description For people
                     * @default
                     */
                    description?: string;
                    /**
                     * @description The events to send; by default all but `task.progress`
                     * @default [
                     *       "task.created",
                     *       "task.processing",
                     *       "task.retry",
                     *       "task.completed",
                     *       "task.failed",
                     *       "task.cancelled",
                     *       "task.expired",
                     *       "batch.completed",
                     *       "webhook.disabled"
                     *     ]
                     */
                    events?: ("task.created" | "task.processing" | "task.progress" | "task.retry" | "task.completed" | "task.failed" | "task.cancelled" | "task.expired" | "batch.completed" | "webhook.disabled")[];
                    /**
                     * @description Only events of tasks of these kinds; empty means all
                     * @default []
                     */
                    kinds?: ("image.optimize" | "photo.bibs" | "video.render")[];
                };
            };
        };
        responses: {
            /** @description The webhook, with its secret */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedWebhook"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getWebhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the response that you have: 304 if nothing has changed */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The id of the webhook */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The webhook */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            /** @description Not modified: the ETag still matches */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the webhook */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the webhook */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Where events are sent to from now on */
                    url?: string;
                    /** @description For people */
                    description?: string;
                    /** @description The events to send from now on */
                    events?: ("task.created" | "task.processing" | "task.progress" | "task.retry" | "task.completed" | "task.failed" | "task.cancelled" | "task.expired" | "batch.completed" | "webhook.disabled")[];
                    /** @description Only events of tasks of these kinds; empty means all */
                    kinds?: ("image.optimize" | "photo.bibs" | "video.render")[];
                    /** @description false: nothing is sent; what is waiting has failed */
                    enabled?: boolean;
                };
            };
        };
        responses: {
            /** @description The webhook */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getWebhookSecret: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the response that you have: 304 if nothing has changed */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The id of the webhook, or `callbacks` for the URLs that tasks and batches bring along */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The secrets */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookSecrets"];
                };
            };
            /** @description Not modified: the ETag still matches */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rotateWebhookSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the webhook, or `callbacks` for the URLs that tasks and batches bring along */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /**
                     * @description How long deliveries are also signed with the old secret
                     * @default 86400
                     */
                    graceSeconds?: number;
                };
            };
        };
        responses: {
            /** @description The secrets */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookSecrets"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pingWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the webhook */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The delivery */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDelivery"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listWebhookDeliveries: {
        parameters: {
            query?: {
                /** @description Only deliveries in this state */
                state?: "waiting" | "delivered" | "failed";
                /** @description Only deliveries of events of this type */
                event?: "task.created" | "task.processing" | "task.progress" | "task.retry" | "task.completed" | "task.failed" | "task.cancelled" | "task.expired" | "batch.completed" | "webhook.disabled" | "webhook.ping";
                /** @description Only deliveries about this task */
                taskId?: string;
                /** @description Deliveries per page */
                limit?: number;
                /** @description Where the page starts: `nextCursor` of the previous page */
                cursor?: string;
            };
            header?: {
                /** @description The ETag of the response that you have: 304 if nothing has changed */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The id of the webhook, or `callbacks` for the URLs that tasks and batches bring along */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of deliveries */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDeliveryPage"];
                };
            };
            /** @description Not modified: the ETag still matches */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getWebhookDelivery: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the response that you have: 304 if nothing has changed */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The id of the webhook, or `callbacks` for the URLs that tasks and batches bring along */
                id: string;
                /** @description The id of the delivery */
                deliveryId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The delivery */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDeliveryDetails"];
                };
            };
            /** @description Not modified: the ETag still matches */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resendWebhookDelivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the webhook, or `callbacks` for the URLs that tasks and batches bring along */
                id: string;
                /** @description The id of the delivery */
                deliveryId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The delivery */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDelivery"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resendWebhookDeliveries: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the webhook, or `callbacks` for the URLs that tasks and batches bring along */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * Format: date-time
                     * @description Deliveries created at or after this time
                     */
                    from: string;
                    /**
                     * Format: date-time
                     * @description And before this time; by default now
                     */
                    to?: string;
                    /**
                     * @description Those that have failed, or those that were delivered
                     * @default failed
                     * @enum {string}
                     */
                    state?: "failed" | "delivered";
                };
            };
        };
        responses: {
            /** @description How many */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description How many are sent again */
                        resent: number;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAudit: {
        parameters: {
            query?: {
                /** @description Entries per page */
                limit?: number;
                /** @description `nextCursor` of the page before */
                cursor?: string;
            };
            header?: {
                /** @description The ETag of the response that you have: 304 if nothing has changed */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the audit log */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditPage"];
                };
            };
            /** @description Not modified: the ETag still matches */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listJobs: {
        parameters: {
            query?: {
                /**
                 * @description Only jobs in this status
                 * @example completed
                 */
                status?: "pending" | "active" | "completed" | "failed";
                /** @description Maximum number of jobs */
                limit?: number;
            };
            header?: {
                /** @description The ETag of the response that you have: 304 if nothing has changed */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The newest jobs */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobList"];
                };
            };
            /** @description Not modified: the ETag still matches */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createJob: {
        parameters: {
            query?: {
                /** @description Replaces the name of the file */
                name?: string;
                /** @description Tasks of a higher priority are processed first */
                priority?: "premium" | "interactive" | "normal" | "batch";
                /** @description What to do with the file */
                kind?: "image.optimize" | "photo.bibs";
                /** @description How long the files are kept after the task has ended */
                ttlSeconds?: number;
                /** @description Any JSON object, stored with the task */
                metadata?: {
                    [key: string]: unknown;
                };
                /** @description Where the end is reported to, by a signed POST */
                callbackUrl?: string;
                /** @description Who is told, once, when it has ended */
                notify?: {
                    /**
                     * Format: email
                     * @description An address
                     */
                    email?: string;
                    /**
                     * @description A number with its country code
                     * @example +34600123456
                     */
                    sms?: string;
                    /**
                     * @description The language of the message
                     * @default en
                     * @enum {string}
                     */
                    language?: "en" | "es";
                };
                /** @description The album of the photo: groups the photos of a race */
                album?: string;
            };
            header?: {
                /** @description A unique key of your choice, such as a UUID: makes the request safe to repeat for 24 hours */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": {
                    /**
                     * Format: binary
                     * @description The photo: JPEG, PNG, WebP or GIF (determined by content), at most 0 MiB and 1 pixels
                     */
                    file: Blob;
                    /**
                     * Format: binary
                     * @deprecated
                     * @description Another name of `file`, for existing clients
                     */
                    image?: Blob;
                    /**
                     * @description Replaces the name of the file
                     * @example beach.jpg
                     */
                    name?: string;
                    /**
                     * @description Tasks of a higher priority are processed first
                     * @default interactive
                     * @enum {string}
                     */
                    priority?: "premium" | "interactive" | "normal" | "batch";
                    /**
                     * @description What to do with the file
                     * @default image.optimize
                     * @enum {string}
                     */
                    kind?: "image.optimize" | "photo.bibs";
                    /**
                     * @description How long the files are kept after the task has ended
                     * @default 60
                     */
                    ttlSeconds?: number;
                    /**
                     * @description Any JSON object, stored with the task
                     * @example {
                     *       "album": 7
                     *     }
                     */
                    metadata?: {
                        [key: string]: unknown;
                    };
                    /**
                     * @description Where the end is reported to, by a signed POST
                     * @example https://shop.example/darkroom
                     */
                    callbackUrl?: string;
                    /** @description Who is told, once, when it has ended */
                    notify?: {
                        /**
                         * Format: email
                         * @description An address
                         */
                        email?: string;
                        /**
                         * @description A number with its country code
                         * @example +34600123456
                         */
                        sms?: string;
                        /**
                         * @description The language of the message
                         * @default en
                         * @enum {string}
                         */
                        language?: "en" | "es";
                    };
                    /**
                     * @description The album of the photo: groups the photos of a race
                     * @example valencia-2026
                     */
                    album?: string;
                };
                "image/*": Blob;
                "application/octet-stream": Blob;
            };
        };
        responses: {
            /** @description The URLs of the job, and the estimated time */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AcceptedJob"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getJob: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the response that you have: 304 if nothing has changed */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The jobId, or the id of the task */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description Not modified: the ETag still matches */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getJobStatus: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the response that you have: 304 if nothing has changed */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The jobId, or the id of the task */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its progress */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobProgress"];
                };
            };
            /** @description Not modified: the ETag still matches */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    downloadJobVariant: {
        parameters: {
            query?: {
                /** @description Whether browsers save the file or show it */
                disposition?: "attachment" | "inline";
                /**
                 * @description The width of the variant, the largest by default; `thumb` is a thumbnail of at most 320 pixels, `original` the photo as it was uploaded
                 * @example 1024
                 */
                resolution?: "800" | "1024" | "thumb" | "original";
                /** @description The name of the file, for tasks of any kind; the first by default */
                file?: string;
                /** @description The MD5 of the file, as in its URL: it may then be cached for good, without asking again */
                v?: string;
            };
            header?: {
                /** @description A range of the file, such as `bytes=0-1023` */
                Range?: string;
                /** @description The ETag of the part that you have; if the file has changed since, the response is the whole file */
                "If-Range"?: string;
                /** @description Fail with 412 unless this is still the ETag */
                "If-Match"?: string;
                /** @description The ETag of the response that you have: 304 if nothing has changed */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The id of the task, or its jobId */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The whole file */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/jpeg": Blob;
                    "video/mp4": Blob;
                    "image/png": Blob;
                    "image/webp": Blob;
                    "image/gif": Blob;
                };
            };
            /** @description A part of it */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/jpeg": Blob;
                    "video/mp4": Blob;
                    "image/png": Blob;
                    "image/webp": Blob;
                    "image/gif": Blob;
                };
            };
            /** @description With `DOWNLOADS=redirect`: the file is at this URL of the bucket for the next hour */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not modified: the ETag still matches */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    renderVideo: {
        parameters: {
            query?: never;
            header?: {
                /** @description A unique key of your choice, such as a UUID: makes the request safe to repeat for 24 hours */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Part of the jobId */
                    city: string;
                    /** @description The weather, as the video shows it */
                    weatherData: {
                        /** @description As it is shown */
                        city: string;
                        /**
                         * @description In degrees Celsius; shown as a whole number
                         * @example 24
                         */
                        temperature: number;
                        /** @description One of sun, clouds, rain, snow, storm, fog, wind, or a common word for it in Spanish, English or Portuguese */
                        condition: string;
                        description: string;
                        /** @description An ISO 8601 date; of a date with a time, only the day is used */
                        date: string;
                    };
                    /**
                     * @description The name of an asset, which becomes the background
                     * @example mountains.jpg
                     */
                    imageFilename: string;
                    /**
                     * @description Of the date and the condition
                     * @enum {string}
                     */
                    language: "es" | "en" | "pt";
                };
            };
        };
        responses: {
            /** @description The id of the job, and the estimated time */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AcceptedVideo"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    downloadSigned: {
        parameters: {
            query?: {
                /** @description Whether browsers save the file or show it */
                disposition?: "attachment" | "inline";
            };
            header?: {
                /** @description A range of the file, such as `bytes=0-1023` */
                Range?: string;
                /** @description The ETag of the part that you have; if the file has changed since, the response is the whole file */
                "If-Range"?: string;
                /** @description Fail with 412 unless this is still the ETag */
                "If-Match"?: string;
                /** @description The ETag of the response that you have: 304 if nothing has changed */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The last part of the URL */
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The whole file */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/jpeg": Blob;
                    "video/mp4": Blob;
                    "image/png": Blob;
                    "image/webp": Blob;
                    "image/gif": Blob;
                };
            };
            /** @description A part of it */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/jpeg": Blob;
                    "video/mp4": Blob;
                    "image/png": Blob;
                    "image/webp": Blob;
                    "image/gif": Blob;
                };
            };
            /** @description With `DOWNLOADS=redirect`: the file is at this URL of the bucket for the next hour */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not modified: the ETag still matches */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createPhoto: {
        parameters: {
            query?: {
                /** @description Replaces the name of the file */
                name?: string;
                /** @description Tasks of a higher priority are processed first */
                priority?: "premium" | "interactive" | "normal" | "batch";
                /** @description What to do with the file */
                kind?: "photo.bibs";
                /** @description How long the files are kept after the task has ended */
                ttlSeconds?: number;
                /** @description Any JSON object, stored with the task */
                metadata?: {
                    [key: string]: unknown;
                };
                /** @description Where the end is reported to, by a signed POST */
                callbackUrl?: string;
                /** @description Who is told, once, when it has ended */
                notify?: {
                    /**
                     * Format: email
                     * @description An address
                     */
                    email?: string;
                    /**
                     * @description A number with its country code
                     * @example +34600123456
                     */
                    sms?: string;
                    /**
                     * @description The language of the message
                     * @default en
                     * @enum {string}
                     */
                    language?: "en" | "es";
                };
                /** @description The album of the photo: groups the photos of a race */
                album?: string;
            };
            header?: {
                /** @description A unique key of your choice, such as a UUID: makes the request safe to repeat for 24 hours */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": {
                    /**
                     * Format: binary
                     * @description The photo: JPEG, PNG, WebP or GIF (determined by content), at most 0 MiB and 1 pixels
                     */
                    photo: Blob;
                    /**
                     * Format: binary
                     * @deprecated
                     * @description Another name of `photo`, for existing clients
                     */
                    file?: Blob;
                    /**
                     * Format: binary
                     * @deprecated
                     * @description Another name of `photo`, for existing clients
                     */
                    image?: Blob;
                    /**
                     * @description Replaces the name of the file
                     * @example beach.jpg
                     */
                    name?: string;
                    /**
                     * @description Tasks of a higher priority are processed first
                     * @default interactive
                     * @enum {string}
                     */
                    priority?: "premium" | "interactive" | "normal" | "batch";
                    /**
                     * @description What to do with the file
                     * @default photo.bibs
                     * @enum {string}
                     */
                    kind?: "photo.bibs";
                    /**
                     * @description How long the files are kept after the task has ended
                     * @default 60
                     */
                    ttlSeconds?: number;
                    /**
                     * @description Any JSON object, stored with the task
                     * @example {
                     *       "album": 7
                     *     }
                     */
                    metadata?: {
                        [key: string]: unknown;
                    };
                    /**
                     * @description Where the end is reported to, by a signed POST
                     * @example https://shop.example/darkroom
                     */
                    callbackUrl?: string;
                    /** @description Who is told, once, when it has ended */
                    notify?: {
                        /**
                         * Format: email
                         * @description An address
                         */
                        email?: string;
                        /**
                         * @description A number with its country code
                         * @example +34600123456
                         */
                        sms?: string;
                        /**
                         * @description The language of the message
                         * @default en
                         * @enum {string}
                         */
                        language?: "en" | "es";
                    };
                    /**
                     * @description The album of the photo: groups the photos of a race
                     * @example valencia-2026
                     */
                    album?: string;
                };
                "image/*": Blob;
                "application/octet-stream": Blob;
                "application/json": {
                    /** @description By default the last part of the URL */
                    name?: string;
                    /**
                     * @description Tasks of a higher priority are processed first
                     * @enum {string}
                     */
                    priority?: "premium" | "interactive" | "normal" | "batch";
                    /** @description How long the files are kept after the task has ended */
                    ttlSeconds?: number;
                    /**
                     * @description Any JSON object, stored with the task
                     * @example {
                     *       "album": 7
                     *     }
                     */
                    metadata?: {
                        [key: string]: unknown;
                    };
                    /**
                     * @description Where the end is reported to, by a signed POST
                     * @example https://shop.example/darkroom
                     */
                    callbackUrl?: string;
                    /** @description Who is told, once, when it has ended */
                    notify?: {
                        /**
                         * Format: email
                         * @description An address
                         */
                        email?: string;
                        /**
                         * @description A number with its country code
                         * @example +34600123456
                         */
                        sms?: string;
                        /**
                         * @description The language of the message
                         * @default en
                         * @enum {string}
                         */
                        language?: "en" | "es";
                    };
                    /**
                     * @description The album of the photo: groups the photos of a race
                     * @example valencia-2026
                     */
                    album?: string;
                    /**
                     * @description A worker downloads the photo from there
                     * @example https://photos.example/beach.jpg
                     */
                    url: string;
                };
            };
        };
        responses: {
            /** @description The task, and when it should be finished */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AcceptedTask"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createPhotoBatch: {
        parameters: {
            query?: never;
            header?: {
                /** @description A unique key of your choice, such as a UUID: makes the request safe to repeat for 24 hours */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": {
                    /** @description The photos, in fields of any of these names: `photos`, `photo`, `files`, `file`, `image`; each at most 0 MiB and 1 pixels, in total at most 0 MiB */
                    photos: Blob[];
                    /**
                     * @description Replaces the name of the file
                     * @example beach.jpg
                     */
                    name?: string;
                    /**
                     * @description Tasks of a higher priority are processed first
                     * @default batch
                     * @enum {string}
                     */
                    priority?: "premium" | "interactive" | "normal" | "batch";
                    /**
                     * @description What to do with the file
                     * @default photo.bibs
                     * @enum {string}
                     */
                    kind?: "photo.bibs";
                    /**
                     * @description How long the files are kept after the task has ended
                     * @default 60
                     */
                    ttlSeconds?: number;
                    /**
                     * @description Any JSON object, stored with the task
                     * @example {
                     *       "album": 7
                     *     }
                     */
                    metadata?: {
                        [key: string]: unknown;
                    };
                    /**
                     * @description Where the end is reported to, by a signed POST
                     * @example https://shop.example/darkroom
                     */
                    callbackUrl?: string;
                    /** @description Who is told, once, when it has ended */
                    notify?: {
                        /**
                         * Format: email
                         * @description An address
                         */
                        email?: string;
                        /**
                         * @description A number with its country code
                         * @example +34600123456
                         */
                        sms?: string;
                        /**
                         * @description The language of the message
                         * @default en
                         * @enum {string}
                         */
                        language?: "en" | "es";
                    };
                    /**
                     * @description The album of the photo: groups the photos of a race
                     * @example valencia-2026
                     */
                    album?: string;
                };
                "application/json": {
                    /** @description The photos; `metadata` is that of the batch unless an item has its own */
                    items: {
                        source: {
                            /**
                             * @description A worker downloads the photo from there
                             * @example https://photos.example/beach.jpg
                             */
                            url: string;
                        };
                        /** @description By default the last part of the URL */
                        name?: string;
                        /**
                         * @description Any JSON object, stored with the task
                         * @example {
                         *       "album": 7
                         *     }
                         */
                        metadata?: {
                            [key: string]: unknown;
                        };
                    }[];
                    /**
                     * @description What to do with the file
                     * @enum {string}
                     */
                    kind?: "photo.bibs";
                    /**
                     * @description Tasks of a higher priority are processed first
                     * @enum {string}
                     */
                    priority?: "premium" | "interactive" | "normal" | "batch";
                    /** @description How long the files are kept after the task has ended */
                    ttlSeconds?: number;
                    /**
                     * @description Any JSON object, stored with the task
                     * @example {
                     *       "album": 7
                     *     }
                     */
                    metadata?: {
                        [key: string]: unknown;
                    };
                    /**
                     * @description Where the end is reported to, by a signed POST
                     * @example https://shop.example/darkroom
                     */
                    callbackUrl?: string;
                    /** @description Who is told, once, when it has ended */
                    notify?: {
                        /**
                         * Format: email
                         * @description An address
                         */
                        email?: string;
                        /**
                         * @description A number with its country code
                         * @example +34600123456
                         */
                        sms?: string;
                        /**
                         * @description The language of the message
                         * @default en
                         * @enum {string}
                         */
                        language?: "en" | "es";
                    };
                    /**
                     * @description The album of the photo: groups the photos of a race
                     * @example valencia-2026
                     */
                    album?: string;
                };
            };
        };
        responses: {
            /** @description The result for each file */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AcceptedBatch"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["BatchProblem"];
                };
            };
        };
    };
    getPhotoStatus: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the response that you have: 304 if nothing has changed */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The id of the task, or its jobId */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its status */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PhotoStatus"];
                };
            };
            /** @description Not modified: the ETag still matches */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    health: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the response that you have: 304 if nothing has changed */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Uploads are accepted */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description Not modified: the ETag still matches */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /**
             * @description Uploads are not accepted
             *
             *     `TOO_MANY_CONNECTIONS`: Too many connections are open, in total or from one address.
             */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    livez: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the response that you have: 304 if nothing has changed */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The process is alive */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Liveness"];
                };
            };
            /** @description Not modified: the ETag still matches */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readyz: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the response that you have: 304 if nothing has changed */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ready for requests */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            /** @description Not modified: the ETag still matches */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /**
             * @description Not ready
             *
             *     `TOO_MANY_CONNECTIONS`: Too many connections are open, in total or from one address.
             */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getMetrics: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the response that you have: 304 if nothing has changed */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description In Prometheus' text format */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example # HELP darkroom_tasks_created_total Tasks accepted
                     *     # TYPE darkroom_tasks_created_total counter
                     *     darkroom_tasks_created_total{kind="image.optimize",priority="interactive"} 1204
                     *     # HELP darkroom_tasks_ended_total Tasks ended, by final status
                     *     # TYPE darkroom_tasks_ended_total counter
                     *     darkroom_tasks_ended_total{kind="image.optimize",status="completed"} 1187
                     *     darkroom_tasks_ended_total{kind="image.optimize",status="failed"} 3
                     */
                    "text/plain": string;
                };
            };
            /** @description Not modified: the ETag still matches */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getOpenApi: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the response that you have: 304 if nothing has changed */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OpenAPI 3.1 */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "openapi": "3.1.1",
                     *       "info": {
                     *         "title": "Darkroom",
                     *         "version": "0.1.0"
                     *       },
                     *       "paths": {}
                     *     }
                     */
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description Not modified: the ETag still matches */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    TaskCreatedPayload: {
        parameters: {
            query?: never;
            header: {
                /** @description Identifies the event: the same for every attempt */
                "webhook-id": string;
                /** @description When this attempt was sent: seconds since 1970 */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature; several, separated by spaces, while a secret is being replaced */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TaskCreatedPayload"];
            };
        };
        responses: {
            /** @description Nothing more should be sent: the webhook is switched off */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The event is accepted */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The event is sent again later; `Retry-After` is honoured */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    TaskProcessingPayload: {
        parameters: {
            query?: never;
            header: {
                /** @description Identifies the event: the same for every attempt */
                "webhook-id": string;
                /** @description When this attempt was sent: seconds since 1970 */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature; several, separated by spaces, while a secret is being replaced */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TaskProcessingPayload"];
            };
        };
        responses: {
            /** @description Nothing more should be sent: the webhook is switched off */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The event is accepted */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The event is sent again later; `Retry-After` is honoured */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    TaskProgressPayload: {
        parameters: {
            query?: never;
            header: {
                /** @description Identifies the event: the same for every attempt */
                "webhook-id": string;
                /** @description When this attempt was sent: seconds since 1970 */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature; several, separated by spaces, while a secret is being replaced */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TaskProgressPayload"];
            };
        };
        responses: {
            /** @description Nothing more should be sent: the webhook is switched off */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The event is accepted */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The event is sent again later; `Retry-After` is honoured */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    TaskCompletedPayload: {
        parameters: {
            query?: never;
            header: {
                /** @description Identifies the event: the same for every attempt */
                "webhook-id": string;
                /** @description When this attempt was sent: seconds since 1970 */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature; several, separated by spaces, while a secret is being replaced */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TaskCompletedPayload"];
            };
        };
        responses: {
            /** @description Nothing more should be sent: the webhook is switched off */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The event is accepted */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The event is sent again later; `Retry-After` is honoured */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    TaskRetryPayload: {
        parameters: {
            query?: never;
            header: {
                /** @description Identifies the event: the same for every attempt */
                "webhook-id": string;
                /** @description When this attempt was sent: seconds since 1970 */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature; several, separated by spaces, while a secret is being replaced */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TaskRetryPayload"];
            };
        };
        responses: {
            /** @description Nothing more should be sent: the webhook is switched off */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The event is accepted */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The event is sent again later; `Retry-After` is honoured */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    TaskFailedPayload: {
        parameters: {
            query?: never;
            header: {
                /** @description Identifies the event: the same for every attempt */
                "webhook-id": string;
                /** @description When this attempt was sent: seconds since 1970 */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature; several, separated by spaces, while a secret is being replaced */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TaskFailedPayload"];
            };
        };
        responses: {
            /** @description Nothing more should be sent: the webhook is switched off */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The event is accepted */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The event is sent again later; `Retry-After` is honoured */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    TaskCancelledPayload: {
        parameters: {
            query?: never;
            header: {
                /** @description Identifies the event: the same for every attempt */
                "webhook-id": string;
                /** @description When this attempt was sent: seconds since 1970 */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature; several, separated by spaces, while a secret is being replaced */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TaskCancelledPayload"];
            };
        };
        responses: {
            /** @description Nothing more should be sent: the webhook is switched off */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The event is accepted */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The event is sent again later; `Retry-After` is honoured */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    TaskExpiredPayload: {
        parameters: {
            query?: never;
            header: {
                /** @description Identifies the event: the same for every attempt */
                "webhook-id": string;
                /** @description When this attempt was sent: seconds since 1970 */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature; several, separated by spaces, while a secret is being replaced */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TaskExpiredPayload"];
            };
        };
        responses: {
            /** @description Nothing more should be sent: the webhook is switched off */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The event is accepted */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The event is sent again later; `Retry-After` is honoured */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    BatchCompletedPayload: {
        parameters: {
            query?: never;
            header: {
                /** @description Identifies the event: the same for every attempt */
                "webhook-id": string;
                /** @description When this attempt was sent: seconds since 1970 */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature; several, separated by spaces, while a secret is being replaced */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BatchCompletedPayload"];
            };
        };
        responses: {
            /** @description Nothing more should be sent: the webhook is switched off */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The event is accepted */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The event is sent again later; `Retry-After` is honoured */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    WebhookPingPayload: {
        parameters: {
            query?: never;
            header: {
                /** @description Identifies the event: the same for every attempt */
                "webhook-id": string;
                /** @description When this attempt was sent: seconds since 1970 */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature; several, separated by spaces, while a secret is being replaced */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhookPingPayload"];
            };
        };
        responses: {
            /** @description Nothing more should be sent: the webhook is switched off */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The event is accepted */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The event is sent again later; `Retry-After` is honoured */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    WebhookDisabledPayload: {
        parameters: {
            query?: never;
            header: {
                /** @description Identifies the event: the same for every attempt */
                "webhook-id": string;
                /** @description When this attempt was sent: seconds since 1970 */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature; several, separated by spaces, while a secret is being replaced */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhookDisabledPayload"];
            };
        };
        responses: {
            /** @description Nothing more should be sent: the webhook is switched off */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The event is accepted */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The event is sent again later; `Retry-After` is honoured */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
}
